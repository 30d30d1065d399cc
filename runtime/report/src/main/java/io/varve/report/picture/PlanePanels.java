package io.varve.report.picture;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntBinaryOperator;

/**
 * What lies on a square of the plane, 256 by 256: densities as heat maps and points as dots, side
 * by side with a title above each, x to the right and y up. The same numbers give the same picture
 * on every machine.
 */
public final class PlanePanels {
  private static final int CELLS = 256;
  private static final int ZOOM = 2;
  private static final int SIDE = CELLS * ZOOM;
  private static final int GAP = 8;
  private static final int TITLE_GAP = 8;
  private static final int OPAQUE = 0xFF000000;

  /** Readable on white and on black: between the panels the picture is transparent. */
  private static final Glyphs LETTERS = new Glyphs(2, OPAQUE | 0x7A828C);

  /** Five colours of viridis (Smith and van der Walt, 2015), even in lightness for every eye. */
  private static final int[] RAMP = {0x440154, 0x3B528B, 0x21918C, 0x5EC962, 0xFDE725};

  /** The colours cover this share of the mass; the brightest cells beyond it look alike. */
  private static final double BRIGHTEST = 0.995;

  /** Dots fade from their middle on, this many pixels wide; where they overlap it gets brighter. */
  private static final double DOT = 1.1;

  private static final double INK = 0.5;

  /**
   * A density.
   *
   * @param title printable ASCII
   * @param masses that of cell (x, y) at x * 256 + y, at least 0; NaN is drawn as none
   */
  @SuppressWarnings("ArrayRecordComponent") // one number a cell; nobody compares these
  public record DensityPanel(String title, double[] masses) {}

  /**
   * Points.
   *
   * @param title printable ASCII
   * @param values x, y, x, y, ...; cell (i, j) reaches half a unit around (i, j). What lies at 0 or
   *     255 or beyond is beyond the square and left out
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record PointsPanel(String title, float[] values) {}

  private PlanePanels() {}

  /** Whether events of a shape are points of the plane: two channels of one pixel. */
  public static boolean holds(long... shape) {
    return Arrays.equals(shape, new long[] {2, 1, 1});
  }

  /** Draws densities, the first of which sets the scale of the colours for all. */
  public static Png densities(List<DensityPanel> densities) {
    double most = brightest(densities.get(0).masses());
    return draw(
        densities.stream().map(DensityPanel::title).toList(),
        densities.stream()
            .<IntBinaryOperator>map(d -> (x, y) -> colour(d.masses()[cell(x, y)] / most))
            .toList());
  }

  /** Draws points. */
  public static Png points(List<PointsPanel> points) {
    return draw(
        points.stream().map(PointsPanel::title).toList(),
        points.stream().map(PlanePanels::dots).toList());
  }

  private static int cell(int x, int y) {
    return x / ZOOM * CELLS + y / ZOOM;
  }

  /** The mass of the faintest among the cells that hold the brightest share of all mass. */
  private static double brightest(double[] masses) {
    double[] sorted = Arrays.stream(masses).filter(m -> m > 0).sorted().toArray();
    double left = Arrays.stream(sorted).sum() * BRIGHTEST;
    int i = 0;
    while (i < sorted.length - 1 && left > sorted[i]) {
      left -= sorted[i++];
    }
    return sorted.length == 0 ? 1 : sorted[i];
  }

  /** Dots on the colour of no density. */
  private static IntBinaryOperator dots(PointsPanel points) {
    double[] ink = new double[SIDE * SIDE];
    float[] values = points.values();
    for (int i = 0; i + 1 < values.length; i += 2) {
      if (inside(values[i]) && inside(values[i + 1])) {
        dot(ink, (values[i] + 0.5) * ZOOM, (values[i + 1] + 0.5) * ZOOM);
      }
    }
    return (x, y) -> colour(1 - Math.exp(-INK * ink[x * SIDE + y]));
  }

  private static boolean inside(float value) {
    return value > 0 && value < CELLS - 1;
  }

  private static void dot(double[] ink, double atX, double atY) {
    int reach = (int) Math.ceil(2 * DOT);
    for (int x = (int) atX - reach; x <= (int) atX + reach; x++) {
      for (int y = (int) atY - reach; y <= (int) atY + reach; y++) {
        if (x >= 0 && y >= 0 && x < SIDE && y < SIDE) {
          double away = Math.hypot(x + 0.5 - atX, y + 0.5 - atY) / DOT;
          ink[x * SIDE + y] += Math.max(0, 1 - away * away / 4);
        }
      }
    }
  }

  private static int colour(double strength) {
    double at = Math.max(0, Math.min(1, strength)) * (RAMP.length - 1); // NaN is 0 as an index
    int low = Math.min((int) at, RAMP.length - 2);
    double share = Double.isNaN(at) ? 0 : at - low;
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int from = RAMP[low] >> shift & 0xFF;
      int to = RAMP[low + 1] >> shift & 0xFF;
      colour |= (int) Math.round(from + share * (to - from)) << shift;
    }
    return OPAQUE | colour;
  }

  /** Panels, each a colour by pixel from the lower left corner. */
  private static Png draw(List<String> titles, List<IntBinaryOperator> panels) {
    int top = LETTERS.height() + TITLE_GAP;
    int width = panels.size() * (SIDE + GAP) - GAP;
    BufferedImage canvas = new BufferedImage(width, top + SIDE, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < panels.size(); i++) {
      int left = i * (SIDE + GAP);
      LETTERS.draw(canvas, titles.get(i), left + (SIDE - LETTERS.width(titles.get(i))) / 2, 0);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          canvas.setRGB(left + x, top + SIDE - 1 - y, panels.get(i).applyAsInt(x, y));
        }
      }
    }
    return Png.encode(canvas);
  }
}
