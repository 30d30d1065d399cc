package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  /** JPEG rounds colours; on a flat image to within a few levels. */
  private static final int JPEG_ERROR = 4;

  private static final double PLACE = 0.4583888788562904;

  @TempDir Path folder;

  @Test
  void readsTrainAndTestFoldersInOrderOfPath() throws IOException {
    int[][] rgb = new int[4][];
    String[] names = {"train/a.png", "train/b/c.png", "train/d.PNG", "test/e.png"};
    for (int i = 0; i < names.length; i++) {
      rgb[i] = DataFiles.randomRgb(5 * 6, i);
      DataFiles.image(folder.resolve(names[i]), "png", 5, rgb[i]);
    }
    Files.writeString(folder.resolve("train/._a.png"), "a sidecar file, not an image");
    Splits splits = images(0, List.of(), 3).open();
    assertThat(splits.train().size()).isEqualTo(3);
    assertThat(splits.train().shape()).containsExactly(3, 6, 5);
    for (int i = 0; i < 3; i++) {
      assertThat(DataFiles.read(splits.train(), i)).isEqualTo(planes(rgb[i]));
    }
    assertThat(DataFiles.read(splits.test(), 0)).isEqualTo(planes(rgb[3]));
  }

  @Test
  void splitsAFolderByNameAndSeed() throws IOException {
    numbered(20);
    Splits splits = images(0, List.of(), 3).open();
    assertThat(names(splits.test()))
        .isNotEmpty()
        .doesNotContainAnyElementsOf(names(splits.train()));
    assertThat(splits.train().size() + splits.test().size()).isEqualTo(20);
    assertThat(names(splits.train())).isSorted();
    assertThat(names(images(0, List.of(), 3).open().test())).isEqualTo(names(splits.test()));
    assertThat(names(seeded(0.5, 1).test())).isNotEqualTo(names(seeded(0.5, 2).test()));
  }

  @Test
  void neverMovesAnImageToTheOtherPart() throws IOException {
    numbered(20);
    Splits before = seeded(0.5, 0);
    for (int added = 0; added < 5; added++) {
      DataFiles.image(folder.resolve("added" + added + ".png"), "png", 2, new int[4]);
      Splits after = seeded(0.5, 0);
      assertThat(names(after.train())).containsAll(names(before.train()));
      assertThat(names(after.test())).containsAll(names(before.test()));
      before = after;
    }
  }

  /** Values that other programs get as well: SHA-256 of "3, line end, name". */
  @Test
  void placesANameByItsHash() {
    PictureFile file = new PictureFile(Path.of("a.png"), new Item("b/\u00e9.png", 1));
    assertThat(file.place(3)).isEqualTo(PLACE);
    double share =
        IntStream.range(0, 20_000)
                .mapToDouble(i -> new PictureFile(Path.of("a"), new Item(i + ".png", 1)).place(0))
                .filter(place -> place < 0.1)
                .count()
            / 20_000.0;
    assertThat(share).isBetween(0.09, 0.11); // 5 deviations
  }

  @Test
  void leavesNoPartEmpty() throws IOException {
    numbered(2);
    for (double fraction : new double[] {1e-9, 1 - 1e-9}) {
      assertThat(seeded(fraction, 0).train().size()).isEqualTo(1);
      assertThat(seeded(fraction, 0).test().size()).isEqualTo(1);
    }
  }

  @Test
  void countsTheSizesWhicheverComesFirst() throws IOException {
    numbered(20);
    String first = names(seeded(0.5, 0).train()).get(0);
    DataFiles.image(folder.resolve(first), "png", 3, new int[6]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> seeded(0.5, 0).check())
        .withMessageMatching(
            "data: images differ in size: \\d+ are 2 x 2 pixels \\(width x height\\), 1 is 3 x 2 \\(.*"
                + first
                + "\\); resize, crop or move away those that differ, or set data.size or data.crop");
    DataFiles.image(folder.resolve("train/a.png"), "png", 3, new int[6]);
    DataFiles.image(folder.resolve("test/b.png"), "png", 2, new int[4]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(), 3).open().check())
        .withMessageMatching(
            "data: the two parts differ in size: in one 1 is 2 x 2 .*b.png\\), in the other the first is 3 x 2; .*");
  }

  private void numbered(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int[] rgb = new int[4];
      Arrays.fill(rgb, i);
      DataFiles.image(folder.resolve(i + ".png"), "png", 2, rgb);
    }
  }

  private Splits seeded(double fraction, long seed) {
    return new Images(folder.toString(), 0, List.of(), false, 3, fraction, seed).open();
  }

  private static List<String> names(Split split) {
    return split.items().stream().map(Item::name).toList();
  }

  @Test
  void cropsBeforeResizing() throws IOException {
    int[] rgb = DataFiles.randomRgb(8 * 9, 3);
    pair("png", 8, rgb);
    Split split = images(0, List.of(2, 3, 4, 5), 3).open().train();
    assertThat(split.shape()).containsExactly(3, 5, 4);
    int[] cut = IntStream.range(0, 20).map(i -> rgb[(3 + i / 4) * 8 + 2 + i % 4]).toArray();
    assertThat(DataFiles.read(split, 0)).isEqualTo(planes(cut));
  }

  @Test
  void cutsTheMiddleOutOfOblongImages() throws IOException {
    int[] wide = DataFiles.randomRgb(9 * 4, 4);
    DataFiles.image(folder.resolve("train/a.png"), "png", 9, wide);
    int[] tall = DataFiles.randomRgb(4 * 7, 5);
    DataFiles.image(folder.resolve("test/a.png"), "png", 4, tall);
    Splits splits = new Images(folder.toString(), 4, List.of(), true, 3, 0.1, 0).open();
    int[] columns = IntStream.range(0, 16).map(i -> wide[i / 4 * 9 + 2 + i % 4]).toArray();
    assertThat(DataFiles.read(splits.train(), 0)).isEqualTo(planes(columns));
    int[] rows = IntStream.range(0, 16).map(i -> tall[4 + i]).toArray();
    assertThat(DataFiles.read(splits.test(), 0)).isEqualTo(planes(rows));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Images("data", 4, List.of(0, 0, 4, 4), true, 3, 0.1, 0))
        .withMessage(
            "square cuts out the middle itself, but crop is [0, 0, 4, 4]; leave one of them out");
  }

  @Test
  void resizesFlatAreasToThemselves() throws IOException {
    int[] rgb = new int[12 * 12];
    Arrays.fill(rgb, 0x40a0ff);
    pair("jpg", 12, rgb);
    for (int size : new int[] {5, 12, 31}) {
      byte[] image = DataFiles.read(images(size, List.of(), 3).open().train(), 0);
      for (int i = 0; i < image.length; i++) {
        int expected = (0x40a0ff >> (8 * (2 - i / (size * size)))) & 0xff;
        assertThat(Math.abs((image[i] & 0xff) - expected)).isLessThanOrEqualTo(JPEG_ERROR);
      }
    }
  }

  @Test
  void storesGreyAsItIs() throws IOException {
    BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(16, 16, BufferedImage.TYPE_USHORT_GRAY);
    byte[] levels = new byte[256];
    for (int i = 0; i < 256; i++) {
      levels[i] = (byte) i;
      grey.getRaster().setSample(i % 16, i / 16, 0, i);
      deep.getRaster().setSample(i % 16, i / 16, 0, i << 8 | 0x7f);
    }
    ImageIO.write(grey, "png", folder.resolve("a.png").toFile());
    ImageIO.write(deep, "png", folder.resolve("b.png").toFile());
    Splits splits = new Images(folder.toString(), 0, List.of(), false, 1, 0.5, 0).open();
    assertThat(DataFiles.read(splits.train(), 0)).isEqualTo(levels);
    assertThat(DataFiles.read(splits.test(), 0)).isEqualTo(levels);
    byte[] colour = DataFiles.read(images(0, List.of(), 3).open().train(), 0);
    assertThat(Arrays.copyOfRange(colour, 512, 768)).isEqualTo(levels);
  }

  @Test
  void weighsColoursToGrey() throws IOException {
    pair("png", 2, new int[] {0xff0000, 0x00ff00, 0x0000ff, 0xffffff});
    byte[] image = DataFiles.read(images(0, List.of(), 1).open().train(), 0);
    assertThat(image).containsExactly(76, 150, 29, 255);
  }

  @Test
  void refusesAnImageOfAnotherSize() throws IOException {
    DataFiles.image(folder.resolve("train/a.png"), "png", 4, new int[16]);
    DataFiles.image(folder.resolve("train/b.png"), "png", 4, new int[20]);
    DataFiles.image(folder.resolve("test/a.png"), "png", 4, new int[16]);
    Split split = images(0, List.of(), 3).open().train();
    refuses(split, "train/b.png", "expected 4 x 4 pixels", "found 4 x 5", "data.size");
    Split resized = images(2, List.of(), 3).open().train();
    refuses(resized, "train/b.png", "expected a square image", "found 4 x 5", "data.crop");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(0, 1, 4, 4), 3).open())
        .withMessageContainingAll("a.png", "expected room for data.crop [0, 1, 4, 4]", "4 x 4");
  }

  @Test
  void refusesTruncatedAndForeignFiles() throws IOException {
    for (String format : new String[] {"png", "jpg"}) {
      Path sound = folder.resolve(format + "/train/a." + format);
      DataFiles.image(
          sound, "png".equals(format) ? "png" : "jpg", 32, DataFiles.randomRgb(1024, 4));
      byte[] bytes = Files.readAllBytes(sound);
      Path broken = sound.resolveSibling("b." + format);
      Files.write(broken, Arrays.copyOf(bytes, bytes.length / 2));
      Files.createDirectories(folder.resolve(format + "/test"));
      Files.copy(sound, folder.resolve(format + "/test/a." + format));
      Split split =
          new Images(folder.resolve(format).toString(), 0, List.of(), false, 3, 0.1, 0)
              .open()
              .train();
      refuses(split, broken.toString(), "expected a whole PNG or JPEG image, found '", "remove");
      Files.writeString(broken, "hello");
      refuses(split, broken.toString(), "found '5 bytes of something else'");
    }
  }

  @Test
  void checksAllImagesAtOnce() throws IOException {
    for (String name : List.of("train/a.png", "train/b.png", "test/a.png", "test/b.png")) {
      DataFiles.image(folder.resolve(name), "png", 4, new int[16]);
    }
    assertThat(images(0, List.of(), 3).open().check())
        .containsExactly(
            "test images: 2 of 2 are training images as well, pixel by pixel (test/a.png, ...)");
    DataFiles.image(folder.resolve("test/a.png"), "png", 4, DataFiles.randomRgb(16, 6));
    DataFiles.image(folder.resolve("test/b.png"), "png", 4, DataFiles.randomRgb(16, 7));
    assertThat(images(0, List.of(), 3).open().check()).isEmpty();
    BufferedImage alpha = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
    alpha.setRGB(1, 1, 0x80ffffff);
    ImageIO.write(alpha, "png", folder.resolve("test/b.png").toFile());
    assertThat(images(0, List.of(), 3).open().check())
        .containsExactly(
            "test images: 1 of 2 images have transparent pixels: their colour counts, opaque");
    Files.writeString(folder.resolve("test/b.png"), "GIF89a and so on");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(), 3).open().check())
        .withMessageContainingAll("test", "b.png: expected a whole PNG or JPEG", "a GIF image");
    Files.writeString(folder.resolve("train/b.png"), "");
    Files.writeString(folder.resolve("train/c.png"), "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(), 3).open().check())
        .withMessageContaining("b.png: expected")
        .withMessageEndingWith("(one of 2 such images)");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(), 3).open())
        .withMessageContainingAll(folder.toString(), "expected .png, .jpg or .jpeg", "found none");
    DataFiles.image(folder.resolve("train/a.png"), "png", 4, new int[16]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(0, List.of(), 3).open())
        .withMessageContainingAll("expected both train/ and test/", "found only train/");
  }

  @Test
  void checksItsKeys() {
    assertBadKey(-1, List.of(), 3, 0.1, "size must be at least 1", "-1");
    assertBadKey(0, List.of(1, 2, 3), 3, 0.1, "crop must be [left, top, width, height]");
    assertBadKey(0, List.of(0, 0, 0, 4), 3, 0.1, "found [0, 0, 0, 4]");
    assertBadKey(8, List.of(0, 0, 3, 4), 3, 0.1, "crop must be square");
    assertBadKey(0, List.of(), 2, 0.1, "channels must be 1 or 3, found 2");
    assertBadKey(0, List.of(), 3, 1, "test-fraction", "found 1.0");
    assertBadKey(0, List.of(), 3, Double.NaN, "test-fraction", "found NaN");
  }

  private void assertBadKey(
      int size, List<Integer> crop, int channels, double fraction, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Images("data", size, crop, false, channels, fraction, 0))
        .withMessageContainingAll(parts);
  }

  private Images images(int size, List<Integer> crop, int channels) {
    return new Images(folder.toString(), size, crop, false, channels, 0.1, 0);
  }

  private void pair(String format, int width, int[] rgb) throws IOException {
    DataFiles.image(folder.resolve("train/a." + format), format, width, rgb);
    DataFiles.image(folder.resolve("test/a." + format), format, width, rgb);
  }

  private static void refuses(Split split, String... parts) {
    DataFiles.read(split, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataFiles.read(split, 1))
        .withMessageContainingAll(parts)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  private static byte[] planes(int[] rgb) {
    byte[] planes = new byte[3 * rgb.length];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = (byte) (rgb[i % rgb.length] >> (8 * (2 - i / rgb.length)));
    }
    return planes;
  }
}
