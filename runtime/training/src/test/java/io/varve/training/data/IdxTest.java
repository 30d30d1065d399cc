package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  private static final String TRAIN = "train-images-idx3-ubyte";
  private static final String TEST = "t10k-images-idx3-ubyte";
  private static final byte[] PIXELS = DataFiles.random(5 * 4 * 3, 1);

  @TempDir Path folder;
  private byte[] valid;

  @BeforeEach
  void writeTestSet() throws IOException {
    valid = DataFiles.idx(0x803, PIXELS, 5, 4, 3);
    Files.write(folder.resolve(TEST), valid);
  }

  @Test
  void readsPlainAndPackedFiles() throws IOException {
    Files.write(folder.resolve(TRAIN + ".gz"), DataFiles.gzip(valid));
    Splits splits = open();
    for (Split split : new Split[] {splits.train(), splits.test()}) {
      assertThat(split.size()).isEqualTo(5);
      assertThat(split.shape()).containsExactly(1, 4, 3);
      assertThat(split.bytes()).isEqualTo(60);
      for (int i = 0; i < 5; i++) {
        assertThat(DataFiles.read(split, i))
            .isEqualTo(Arrays.copyOfRange(PIXELS, i * 12, i * 12 + 12));
      }
    }
  }

  @Test
  void readsChannelsFromFourDimensions() throws IOException {
    byte[] colour = DataFiles.idx(0x804, PIXELS, 2, 3, 5, 2);
    Files.delete(folder.resolve(TEST));
    Files.write(folder.resolve("train-images-idx4-ubyte"), colour);
    Files.write(folder.resolve("t10k-images-idx4-ubyte.gz"), DataFiles.gzip(colour));
    Split train = open().train();
    assertThat(train.shape()).containsExactly(3, 5, 2);
    assertThat(DataFiles.read(train, 1)).isEqualTo(Arrays.copyOfRange(PIXELS, 30, 60));
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    refuses(
        folder,
        "expected train-images-idx3-ubyte[.gz], train-images-idx4-ubyte[.gz], ",
        "found t10k-images-idx3-ubyte",
        "--data");
    Files.delete(folder.resolve(TEST));
    refuses(folder, "found an empty folder");
    Path nowhere = folder.resolve("nowhere");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Idx(nowhere.toString()).open())
        .withMessageContainingAll(nowhere.toString(), "found nothing", "data.path");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Idx(" "))
        .withMessageContaining("' '");
  }

  @Test
  void takesAFileUnpackedBesideItsArchive() throws IOException {
    write(TRAIN, valid);
    write(TRAIN + ".gz", DataFiles.gzip(valid));
    assertThat(open().train().size()).isEqualTo(5);
    byte[] other = valid.clone();
    other[30]++;
    write(TRAIN + ".gz", DataFiles.gzip(other));
    refuses(folder.resolve(TRAIN), "does not hold what " + TRAIN + ".gz beside it holds");
    write(TRAIN + ".gz", DataFiles.gzip(Arrays.copyOf(valid, valid.length - 1)));
    refuses(folder.resolve(TRAIN), "does not hold what " + TRAIN + ".gz beside it holds");
  }

  @Test
  void findsTheFoldersOfTorchvision() throws IOException {
    for (String below : List.of("raw", "MNIST/raw")) {
      Path top = folder.resolve("top-" + below.length());
      Files.createDirectories(top.resolve(below));
      Files.write(top.resolve(below).resolve(TRAIN + ".gz"), DataFiles.gzip(valid));
      Files.write(top.resolve(below).resolve(TEST), valid);
      assertThat(new Idx(top.toString()).open().train().size()).isEqualTo(5);
    }
    Path two = folder.resolve("top-9");
    Files.createDirectories(two.resolve("FashionMNIST/raw"));
    Files.write(two.resolve("FashionMNIST/raw").resolve(TRAIN), valid);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Idx(two.toString()).open())
        .withMessageContainingAll("several data sets", "FashionMNIST", "MNIST", "data.path");
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    Path plain = write(TRAIN, Arrays.copyOf(valid, valid.length - 7));
    refuses(plain, "truncated: expected 60 bytes of pixels", "found 53");
    write(TRAIN, Arrays.copyOf(valid, 2));
    refuses(plain, "truncated: expected 4 bytes of header", "found 2");
    Files.delete(plain);
    Path packed = write(TRAIN + ".gz", DataFiles.gzip(Arrays.copyOf(valid, valid.length - 7)));
    refuses(packed, "truncated: expected 60 bytes of pixels", "found 53");
  }

  @Test
  void refusesATruncatedOrDamagedArchive() throws IOException {
    byte[] packed = DataFiles.gzip(valid);
    Path file = write(TRAIN + ".gz", Arrays.copyOf(packed, packed.length - 20));
    refuses(file, "truncated: expected 60 bytes of pixels");
    write(TRAIN + ".gz", Arrays.copyOf(packed, packed.length - 4));
    refuses(file, "expected the sum of the gzip stream, found its end");
    byte[] damaged = packed.clone();
    damaged[damaged.length - 7] ^= 1; // within the CRC
    write(TRAIN + ".gz", damaged);
    refuses(file, "expected sound gzip data, found damage");
  }

  @Test
  void refusesTrailingBytes() throws IOException {
    Path file = write(TRAIN, Arrays.copyOf(valid, valid.length + 1));
    refuses(file, "expected 76 bytes in all, found more");
  }

  @Test
  void refusesAWrongMagicNumber() throws IOException {
    Path labels = write(TRAIN, DataFiles.idx(0x801, PIXELS, 60));
    refuses(labels, "expected magic number 0x00000803", "found 0x00000801");
  }

  @Test
  void refusesImpossibleCounts() throws IOException {
    Path file = write(TRAIN, DataFiles.idx(0x803, PIXELS, 0, 4, 3));
    refuses(file, "expected a positive number of images, found 0");
    write(TRAIN, DataFiles.idx(0x803, PIXELS, 5, -4, 3));
    refuses(file, "expected a positive number of rows, found -4");
    write(TRAIN, DataFiles.idx(0x803, PIXELS, 1 << 30, 1 << 30, 1 << 30));
    refuses(file, "expected at most 2147483647 bytes of pixels, found more");
    write(TRAIN, DataFiles.idx(0x803, PIXELS, 1 << 30, 1, 1)); // must not allocate a gigabyte
    refuses(file, "truncated: expected 1073741824 bytes of pixels", "found 60");
  }

  @Test
  void refusesWhatIsNotGzip() throws IOException {
    Path file = write(TRAIN + ".gz", valid);
    refuses(file, "expected gzip (1f8b...), found '00000803'");
    write(TRAIN + ".gz", new byte[0]);
    refuses(file, "expected gzip (1f8b...), found ''");
  }

  @Test
  void refusesSplitsOfTwoShapes() throws IOException {
    write(TRAIN, DataFiles.idx(0x803, PIXELS, 5, 3, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(this::open)
        .withMessageContainingAll("[1, 3, 4]", "[1, 4, 3]");
  }

  @Test
  void readsMnist() {
    String data = System.getProperty("varve.data", "");
    assumeTrue(!data.isEmpty(), "skipped: -Dvarve.data=DIR names no folder with mnist/");
    Splits splits = new Idx("elsewhere").at(Path.of(data, "mnist").toString()).open();
    assertThat(splits.train().size()).isEqualTo(16_000);
    assertThat(splits.test().size()).isEqualTo(10_000);
    assertThat(splits.test().shape()).containsExactly(1, 28, 28);
  }

  private Splits open() {
    return new Idx(folder.toString()).open();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private void refuses(Path file, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(this::open)
        .withMessageStartingWith(file + ": ")
        .withMessageContainingAll(parts)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
