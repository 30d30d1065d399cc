package io.varve.report.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.report.SampleRuns;
import io.varve.report.picture.PictureBatch.Size;
import io.varve.report.picture.PictureGrid.Row;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureGridTest {
  private static final int CLEAR = 0;
  private static final int BLACK = 0xFF000000;
  private static final int WHITE = 0xFFFFFFFF;

  @TempDir Path folder;

  @Test
  void enlargesDigitsTwice() throws IOException {
    BufferedImage picture = decode(PictureGrid.samples(SampleRuns.blobs(6, 1), 3));
    assertThat(picture.getWidth()).isEqualTo(3 * 56 + 2 * 2);
    assertThat(picture.getHeight()).isEqualTo(2 * 56 + 2);
    assertThat(picture.getRGB(56, 0)).isEqualTo(CLEAR);
  }

  @Test
  void showsEveryPixelAsASquareInReadingOrder() throws IOException {
    Size size = new Size(1, 2, 2, 2);
    float[] values = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    BufferedImage picture = decode(PictureGrid.samples(PictureBatch.of(values, size), 2));
    int cell = 56;
    for (int image = 0; image < 3; image++) {
      for (int y = 0; y < cell; y++) {
        for (int x = 0; x < cell; x++) {
          float value = values[image * 4 + y / 28 * 2 + x / 28];
          int left = image % 2 * (cell + 2);
          int top = image / 2 * (cell + 2);
          assertThat(picture.getRGB(left + x, top + y)).isEqualTo(value == 1 ? WHITE : BLACK);
        }
      }
    }
    assertThat(picture.getRGB(cell + 2, cell + 2)).isEqualTo(CLEAR); // No fourth image.
  }

  @Test
  void readsChannelsAsRedGreenBlue() {
    byte[] values = {(byte) 200, 0, 100, 0, 50, (byte) 255};
    PictureBatch images = PictureBatch.of(values, new Size(3, 1, 2, 256));
    assertThat(images.rgb(0, 0, 0)).isEqualTo(0xC86432);
    assertThat(images.rgb(0, 0, 1)).isEqualTo(0x0000FF);
  }

  @Test
  void scalesLevelsToBytes() {
    assertThat(greys(32, 0, 31, 15.5f, -3, 40, Float.NaN)).containsExactly(0, 255, 128, 0, 255, 0);
    assertThat(greys(2, 0, 1, 0.5f)).containsExactly(0, 255, 128);
    assertThat(greys(0, -4, 6, 1, Float.NaN)).containsExactly(0, 255, 128, 0);
    assertThat(greys(0, 3, 3)).containsExactly(0, 0);
  }

  @Test
  void comparesRowsOfDifferentSizesCellByCell() throws IOException {
    PictureBatch large = filled(3, 28, 1);
    PictureBatch small = filled(3, 7, 1);
    BufferedImage picture =
        decode(PictureGrid.compare(List.of(new Row("", large), new Row("", small)), 2));
    assertThat(picture.getHeight()).isEqualTo(2 * (56 + 2 + 56) + 10);
    // Both fill their cells, up to the corner.
    assertThat(picture.getRGB(55, 55)).isEqualTo(WHITE);
    assertThat(picture.getRGB(55, 58 + 55)).isEqualTo(WHITE);
    assertThat(picture.getRGB(0, 56)).isEqualTo(CLEAR);
    assertThat(picture.getRGB(0, 114)).isEqualTo(CLEAR);
    assertThat(picture.getRGB(0, 124)).isEqualTo(WHITE);
  }

  @Test
  void makesRoomForLabels() throws IOException {
    PictureBatch images = filled(2, 28, 0);
    BufferedImage bare = decode(PictureGrid.compare(List.of(new Row("", images)), 2));
    BufferedImage labelled = decode(PictureGrid.compare(List.of(new Row("{z1}", images)), 2));
    int room = labelled.getWidth() - bare.getWidth();
    assertThat(room).isEqualTo((4 * 6 - 1) * 2 + 10);
    assertThat(ink(labelled, room)).isPositive();
    assertThat(labelled.getRGB(room, 0)).isEqualTo(BLACK);
  }

  @Test
  void writesLabelsOfSeveralLinesAndSetsTheirRowsApart() throws IOException {
    PictureBatch images = filled(2, 28, 0);
    List<Row> rows = List.of(new Row("a\nb\nc\nd", images), new Row("e", images));
    BufferedImage picture = decode(PictureGrid.compare(rows, 2));
    int label = 4 * 16 + 3 * 4; // taller than an image, which stands in the middle of its row
    assertThat(picture.getHeight()).isEqualTo(2 * label + 10);
    int left = 5 * 2 + 10;
    assertThat(picture.getWidth()).isEqualTo(left + 2 * 56 + 2);
    assertThat(picture.getRGB(left, (label - 56) / 2 - 1)).isEqualTo(CLEAR);
    assertThat(picture.getRGB(left, (label - 56) / 2)).isEqualTo(BLACK);
  }

  @Test
  void writesTitlesAboveColumns() throws IOException {
    Row row = new Row("", filled(3, 28, 0));
    PictureGrid.Header header = new PictureGrid.Header(List.of("x", "1", "2"), Set.of(1));
    BufferedImage picture = decode(PictureGrid.table(header, List.of(row, row)));
    assertThat(picture.getWidth()).isEqualTo(3 * 56 + 10 + 2);
    assertThat(picture.getHeight()).isEqualTo(16 + 10 + 2 * 56 + 2);
    assertThat(picture.getRGB(56 + 9, 16 + 10)).isEqualTo(CLEAR);
    assertThat(picture.getRGB(56 + 10, 16 + 10)).isEqualTo(BLACK);
    assertThat(ink(picture.getSubimage(0, 0, picture.getWidth(), 16), 3 * 56)).isPositive();
    assertThatThrownBy(
            () -> PictureGrid.table(new PictureGrid.Header(List.of("x"), Set.of()), List.of(row)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grid: row '' has 3 images, expected 1 as there are columns");
  }

  @Test
  void knowsEveryPrintableLetter() {
    Set<String> drawn = new HashSet<>();
    for (char letter = ' '; letter <= '~'; letter++) {
      drawn.add(drawing(String.valueOf(letter)));
    }
    assertThat(drawn).hasSize('~' - ' ' + 1);
    assertThat(drawing("\u00e9")).isEqualTo(drawing("?"));
  }

  @Test
  void isTheSameEveryTime() {
    assertThat(PictureGrid.samples(SampleRuns.blobs(4, 1), 2).bytes())
        .isEqualTo(PictureGrid.samples(SampleRuns.blobs(4, 1), 2).bytes());
  }

  @Test
  void refusesWhatCannotBeDrawn() {
    assertThatThrownBy(() -> new Size(2, 4, 4, 256)).hasMessageContaining("2 channels");
    assertThatThrownBy(() -> new Size(1, 0, 4, 256)).hasMessageContaining("0 by 4 pixels");
    assertThatThrownBy(() -> new Size(1, 4, 4, 1)).hasMessageContaining("1 levels");
    assertThatThrownBy(() -> PictureBatch.of(new float[7], new Size(1, 2, 2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("images: 7 values are no whole number of images of 1 x 2 x 2 = 4 values");
    List<Row> uneven = List.of(new Row("x", filled(3, 4, 0)), new Row("y", filled(2, 4, 0)));
    assertThatThrownBy(() -> PictureGrid.compare(uneven, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 'y' has 2 images, row 'x' has 3");
    assertThatThrownBy(() -> PictureGrid.compare(List.of(), 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesAFileAndAnAddress() throws IOException {
    Png png = PictureGrid.samples(filled(1, 4, 1), 1);
    png.write(folder.resolve("a/b.png"));
    assertThat(Files.readAllBytes(folder.resolve("a/b.png"))).isEqualTo(png.bytes());
    String start = "data:image/png;base64,";
    assertThat(png.dataUri()).startsWith(start);
    assertThat(Base64.getDecoder().decode(png.dataUri().substring(start.length())))
        .isEqualTo(png.bytes());
  }

  @Test
  void leavesNothingHalfWritten() throws IOException {
    Path taken = folder.resolve("grid.png");
    Files.createDirectories(taken.resolve("inside"));
    assertThatThrownBy(() -> PictureGrid.samples(filled(1, 4, 1), 1).write(taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(taken + ": cannot be written: ")
        .hasMessageNotContaining("\n");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(taken);
    }
  }

  private static int[] greys(int levels, float... values) {
    PictureBatch images = PictureBatch.of(values, new Size(1, 1, values.length, levels));
    int[] greys = new int[values.length];
    for (int i = 0; i < greys.length; i++) {
      greys[i] = images.rgb(0, 0, i) & 0xFF;
    }
    return greys;
  }

  private static PictureBatch filled(int count, int side, float value) {
    float[] values = new float[count * side * side];
    Arrays.fill(values, value);
    return PictureBatch.of(values, new Size(1, side, side, 2));
  }

  private static String drawing(String letter) {
    BufferedImage canvas = new BufferedImage(5, 8, BufferedImage.TYPE_INT_ARGB);
    new Glyphs(1, WHITE).draw(canvas, letter, 0, 0);
    StringBuilder dots = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      dots.append(canvas.getRGB(i % 5, i / 5) == WHITE ? '#' : '.');
    }
    return dots.toString();
  }

  private static int ink(BufferedImage picture, int width) {
    int ink = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        ink += picture.getRGB(x, y) == CLEAR ? 0 : 1;
      }
    }
    return ink;
  }

  private static BufferedImage decode(Png png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png.bytes()));
  }
}
