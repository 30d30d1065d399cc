package io.varve.training.report;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Many images in one picture.
 *
 * <p>Images smaller than 56 pixels are enlarged by a whole factor (MNIST's 28 by 28 twice), each
 * pixel to a square, so that a grid is pleasant to look at. The same images give the same picture
 * on every machine.
 */
public final class Grid {
  private static final int PLEASANT = 56;
  private static final int GAP = 2;
  private static final int BLOCK_GAP = 10;
  private static final int LABEL_GAP = 10;
  private static final int OPAQUE = 0xFF000000;

  /** Readable on white and on black: between the images the picture is transparent. */
  private static final int INK = OPAQUE | 0x7A828C;

  private static final Glyphs LETTERS = new Glyphs(2, INK);

  private final List<Row> rows;
  private final int columns;
  private final int cellHeight;
  private final int cellWidth;
  private final int labelWidth;

  /**
   * Images side by side, with a label on their left.
   *
   * @param label printable ASCII, shown on every line; empty for none
   * @param images of one size; sizes may differ between rows
   */
  public record Row(String label, Images images) {}

  private Grid(List<Row> rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    int height = rows.stream().mapToInt(r -> r.images().height()).max().orElseThrow();
    int width = rows.stream().mapToInt(r -> r.images().width()).max().orElseThrow();
    int zoom = Math.max(1, (PLEASANT + Math.max(height, width) - 1) / Math.max(height, width));
    this.cellHeight = height * zoom;
    this.cellWidth = width * zoom;
    int label = rows.stream().mapToInt(r -> LETTERS.width(r.label())).max().orElse(0);
    this.labelWidth = label == 0 ? 0 : label + LABEL_GAP;
  }

  /**
   * Draws images in reading order.
   *
   * @param columns images a line, at least 1
   */
  public static Png samples(Images images, int columns) {
    return compare(List.of(new Row("", images)), columns);
  }

  /**
   * Draws rows above one another, so that image n of every row stands in one column: originals
   * above their reconstructions. More than {@code columns} images continue in a further block
   * below. Smaller images, such as a reduced y under x, fill the same cell where the factor is
   * whole.
   *
   * @param rows at least one; all with the same number of images
   * @param columns images a line, at least 1
   * @throws IllegalArgumentException if the rows differ in length or nothing is to be drawn
   */
  public static Png compare(List<Row> rows, int columns) {
    if (rows.isEmpty() || columns < 1) {
      throw new IllegalArgumentException(
          "grid: %d rows of %d columns; at least 1 of 1 is needed".formatted(rows.size(), columns));
    }
    int count = rows.get(0).images().count();
    for (Row row : rows) {
      if (row.images().count() != count) {
        throw new IllegalArgumentException(
            "grid: row '%s' has %d images, row '%s' has %d; give every row the same number"
                .formatted(row.label(), row.images().count(), rows.get(0).label(), count));
      }
    }
    return Png.encode(new Grid(List.copyOf(rows), Math.min(columns, count)).draw(count));
  }

  private BufferedImage draw(int count) {
    int blocks = (count + columns - 1) / columns;
    int blockGap = rows.size() == 1 ? GAP : BLOCK_GAP;
    int blockHeight = rows.size() * (cellHeight + GAP) - GAP;
    int width = labelWidth + columns * (cellWidth + GAP) - GAP;
    int height = blocks * (blockHeight + blockGap) - blockGap;
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int block = 0; block < blocks; block++) {
      int first = block * columns;
      int last = Math.min(count, first + columns);
      for (int row = 0; row < rows.size(); row++) {
        int y = block * (blockHeight + blockGap) + row * (cellHeight + GAP);
        int middle = y + (cellHeight - LETTERS.height()) / 2;
        LETTERS.draw(canvas, rows.get(row).label(), 0, middle);
        for (int i = first; i < last; i++) {
          int x = labelWidth + (i - first) * (cellWidth + GAP);
          place(canvas, rows.get(row).images(), i, x, y);
        }
      }
    }
    return canvas;
  }

  /** Draws an image into its cell, centred, enlarged by the largest whole factor that fits. */
  private void place(BufferedImage canvas, Images images, int image, int left, int top) {
    int zoom = Math.min(cellHeight / images.height(), cellWidth / images.width());
    int dx = left + (cellWidth - zoom * images.width()) / 2;
    int dy = top + (cellHeight - zoom * images.height()) / 2;
    for (int y = 0; y < zoom * images.height(); y++) {
      for (int x = 0; x < zoom * images.width(); x++) {
        canvas.setRGB(dx + x, dy + y, OPAQUE | images.rgb(image, y / zoom, x / zoom));
      }
    }
  }
}
