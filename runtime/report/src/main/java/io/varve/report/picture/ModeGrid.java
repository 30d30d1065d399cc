package io.varve.report.picture;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Images above what a model makes of them in its modes, a row each, with what a mode carries, how
 * much that is, and how well it serves (Gatopoulos and Tomczak, 2021, Figures 6 and 14).
 */
public final class ModeGrid {
  private final byte[] originals;
  private final PictureBatch.Size size;
  private final List<Manifest.Variable> variables;
  private final List<PictureGrid.Row> rows = new ArrayList<>();

  /**
   * A grid with the originals alone.
   *
   * @param originals pixels 0..255, images end to end
   * @param size of an image
   * @param variables of the model
   */
  public ModeGrid(byte[] originals, PictureBatch.Size size, List<Manifest.Variable> variables) {
    this.originals = originals.clone();
    this.size = size;
    this.variables = List.copyOf(variables);
    rows.add(new PictureGrid.Row("original", PictureBatch.of(originals, size)));
  }

  /**
   * Adds a row; what carries nothing of an image is not measured against it.
   *
   * @param pixels 0..255, an image for each original
   */
  public void add(Mode mode, byte[] pixels) {
    String numbers = percent(mode.memoryRatio(variables));
    if (!mode.carried().isEmpty()) {
      double psnr = Psnr.mean(originals, pixels, size.scalars());
      numbers += String.format(Locale.ROOT, "  %.1f dB", psnr);
    }
    List<String> label = new ArrayList<>(List.of(mode.title(), mode.set(), numbers));
    label.remove("");
    rows.add(new PictureGrid.Row(String.join("\n", label), PictureBatch.of(pixels, size)));
  }

  private static String percent(double ratio) {
    return String.format(
        Locale.ROOT, ratio > 0 && ratio < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * ratio);
  }

  /** The picture, so many images a line. */
  public Png png(int columns) {
    return PictureGrid.compare(rows, columns);
  }
}
