package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.training.data.set.Splits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
  private static final int IMAGE = 3072;
  private static final byte[] PIXELS = DataFiles.random(7 * IMAGE, 2);

  @TempDir Path folder;

  @Test
  void readsBatchesInOrderOfTheirNames() throws IOException {
    write("data_batch_2.bin", DataFiles.cifar(slice(4, 6)));
    write("data_batch_1.bin.gz", DataFiles.gzip(DataFiles.cifar(slice(0, 4))));
    write("test_batch.bin", DataFiles.cifar(slice(6, 7)));
    Splits splits = open();
    assertThat(splits.train().size()).isEqualTo(6);
    assertThat(splits.train().shape()).containsExactly(3, 32, 32);
    for (int i = 0; i < 6; i++) {
      assertThat(DataFiles.read(splits.train(), i)).isEqualTo(slice(i, i + 1));
    }
    assertThat(DataFiles.read(splits.test(), 0)).isEqualTo(slice(6, 7));
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    refuses(folder, "expected data_batch_*.bin[.gz], found an empty folder");
    write("data_batch_1.bin", DataFiles.cifar(slice(0, 1)));
    refuses(folder, "expected test_batch.bin[.gz], found data_batch_1.bin");
  }

  @Test
  void takesABatchUnpackedBesideItsArchive() throws IOException {
    write("test_batch.bin", DataFiles.cifar(slice(6, 7)));
    write("data_batch_1.bin", DataFiles.cifar(slice(0, 1)));
    write("data_batch_1.bin.gz", DataFiles.gzip(DataFiles.cifar(slice(0, 1))));
    assertThat(open().train().size()).isEqualTo(1);
    write("data_batch_1.bin.gz", DataFiles.gzip(DataFiles.cifar(slice(1, 2))));
    refuses(folder.resolve("data_batch_1.bin"), "does not hold what data_batch_1.bin.gz beside it");
  }

  @Test
  void findsTheFolderOfTheArchive() throws IOException {
    Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
    write("cifar-10-batches-bin/test_batch.bin", DataFiles.cifar(slice(6, 7)));
    write("cifar-10-batches-bin/data_batch_1.bin", DataFiles.cifar(slice(0, 2)));
    assertThat(open().train().size()).isEqualTo(2);
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    byte[] batch = DataFiles.cifar(slice(0, 2));
    Path plain = write("data_batch_1.bin", Arrays.copyOf(batch, batch.length - 1));
    write("test_batch.bin", batch);
    refuses(plain, "expected records of 3073 bytes", "found 6145 bytes: 1 and 3072 over");
    write("data_batch_1.bin", new byte[0]);
    refuses(plain, "found 0 bytes");
    Files.delete(plain);
    byte[] packed = DataFiles.gzip(batch);
    Path gz = write("data_batch_1.bin.gz", Arrays.copyOf(packed, packed.length - 30));
    refuses(gz, "expected whole records, found the end of the gzip stream");
  }

  @Test
  void refusesForeignRecords() throws IOException {
    byte[] batch = DataFiles.cifar(slice(0, 2));
    batch[3073] = (byte) 200;
    Path file = write("data_batch_1.bin", batch);
    write("test_batch.bin", DataFiles.cifar(slice(6, 7)));
    refuses(file, "expected a label 0..9 to open record 1, found 200");
  }

  @Test
  void readsCifar10() {
    String data = System.getProperty("varve.data", "");
    assumeTrue(!data.isEmpty(), "skipped: -Dvarve.data=DIR names no folder with cifar10/");
    Splits splits = new Cifar10(Path.of(data, "cifar10").toString()).open();
    assertThat(splits.train().size()).isEqualTo(10_000);
    assertThat(splits.test().size()).isEqualTo(2_000);
  }

  private static byte[] slice(int from, int to) {
    return Arrays.copyOfRange(PIXELS, from * IMAGE, to * IMAGE);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private Splits open() {
    return new Cifar10(folder.toString()).open();
  }

  private void refuses(Path file, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(this::open)
        .withMessageStartingWith(file + ": ")
        .withMessageContainingAll(parts);
  }
}
