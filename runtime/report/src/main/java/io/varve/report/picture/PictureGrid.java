package io.varve.report.picture;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Set;

/**
 * Many images in one picture.
 *
 * <p>Images smaller than 56 pixels are enlarged by a whole factor (MNIST's 28 by 28 twice), each
 * pixel to a square, so that a grid is pleasant to look at. The same images give the same picture
 * on every machine.
 */
public final class PictureGrid {
  private static final int PLEASANT = 56;
  private static final int GAP = 2;
  private static final int BLOCK_GAP = 10;
  private static final int LABEL_GAP = 10;
  private static final int LEADING = 4;
  private static final int OPAQUE = 0xFF000000;

  /** Readable on white and on black: between the images the picture is transparent. */
  private static final int INK = OPAQUE | 0x7A828C;

  private static final Glyphs LETTERS = new Glyphs(2, INK);

  private final List<Row> rows;
  private final Header header;
  private final int columns;
  private final int cellHeight;
  private final int cellWidth;
  private final int rowHeight;
  private final int rowGap;
  private final int labelWidth;

  /**
   * Images side by side, with a label on their left.
   *
   * @param label printable ASCII, one or more lines of it; empty for none
   * @param images of one size; sizes may differ between rows
   */
  public record Row(String label, PictureBatch images) {}

  /**
   * What stands above columns.
   *
   * @param titles printable ASCII, one for each column or none at all; those wider than an image
   *     run into the next
   * @param apart columns with a wider gap before them, counted from 0
   */
  public record Header(List<String> titles, Set<Integer> apart) {
    private static final Header NONE = new Header(List.of(), Set.of());

    /** Copies both. */
    public Header {
      titles = List.copyOf(titles);
      apart = Set.copyOf(apart);
    }
  }

  private PictureGrid(List<Row> rows, Header header, int columns) {
    this.rows = rows;
    this.header = header;
    this.columns = columns;
    int height = rows.stream().mapToInt(r -> r.images().height()).max().orElseThrow();
    int width = rows.stream().mapToInt(r -> r.images().width()).max().orElseThrow();
    int zoom = Math.max(1, (PLEASANT + Math.max(height, width) - 1) / Math.max(height, width));
    this.cellHeight = height * zoom;
    this.cellWidth = width * zoom;
    List<String> lines = rows.stream().flatMap(r -> r.label().lines()).toList();
    int label = lines.stream().mapToInt(LETTERS::width).max().orElse(0);
    this.labelWidth = label == 0 ? 0 : label + LABEL_GAP;
    int tallest = rows.stream().mapToInt(r -> height(r.label())).max().orElseThrow();
    this.rowHeight = Math.max(cellHeight, tallest);
    this.rowGap = lines.size() > rows.size() ? BLOCK_GAP : GAP;
  }

  private static int height(String label) {
    int lines = (int) label.lines().count();
    return lines == 0 ? 0 : lines * (LETTERS.height() + LEADING) - LEADING;
  }

  /**
   * Draws images in reading order.
   *
   * @param columns images a line, at least 1
   */
  public static Png samples(PictureBatch images, int columns) {
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
    return draw(rows, Header.NONE, columns);
  }

  /**
   * Draws rows below one another, and above each of their columns what it is.
   *
   * @param rows with as many images as the header has titles
   * @throws IllegalArgumentException if a row has another length, or nothing is to be drawn
   */
  public static Png table(Header header, List<Row> rows) {
    int columns = header.titles().size();
    for (Row row : rows) {
      if (row.images().count() != columns) {
        throw new IllegalArgumentException(
            "grid: row '%s' has %d images, expected %d as there are columns"
                .formatted(row.label(), row.images().count(), columns));
      }
    }
    return draw(rows, header, columns);
  }

  private static Png draw(List<Row> rows, Header header, int columns) {
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
    PictureGrid grid = new PictureGrid(List.copyOf(rows), header, Math.min(columns, count));
    return Png.encode(grid.draw(count));
  }

  private BufferedImage draw(int count) {
    int blocks = (count + columns - 1) / columns;
    int blockGap = rows.size() == 1 ? GAP : Math.max(BLOCK_GAP, 2 * rowGap);
    int blockHeight = rows.size() * (rowHeight + rowGap) - rowGap;
    int top = header.titles().isEmpty() ? 0 : LETTERS.height() + LABEL_GAP;
    int width = left(columns - 1) + cellWidth;
    int height = top + blocks * (blockHeight + blockGap) - blockGap;
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < header.titles().size(); i++) {
      String title = header.titles().get(i);
      int left = left(i) + (cellWidth - LETTERS.width(title)) / 2;
      LETTERS.draw(canvas, title, Math.max(0, left), 0);
    }
    for (int block = 0; block < blocks; block++) {
      int first = block * columns;
      int last = Math.min(count, first + columns);
      for (int row = 0; row < rows.size(); row++) {
        int y = top + block * (blockHeight + blockGap) + row * (rowHeight + rowGap);
        label(canvas, rows.get(row).label(), y);
        for (int i = first; i < last; i++) {
          int middle = y + (rowHeight - cellHeight) / 2;
          place(canvas, rows.get(row).images(), i, left(i - first), middle);
        }
      }
    }
    return canvas;
  }

  private int left(int column) {
    int wide = (int) header.apart().stream().filter(apart -> apart <= column).count();
    return labelWidth + column * (cellWidth + GAP) + wide * (BLOCK_GAP - GAP);
  }

  /** Writes the lines of a label in the middle of a row. */
  private void label(BufferedImage canvas, String label, int top) {
    int y = top + (rowHeight - height(label)) / 2;
    for (String line : label.lines().toList()) {
      LETTERS.draw(canvas, line, 0, y);
      y += LETTERS.height() + LEADING;
    }
  }

  /** Draws an image into its cell, centred, enlarged by the largest whole factor that fits. */
  private void place(BufferedImage canvas, PictureBatch images, int image, int left, int top) {
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
