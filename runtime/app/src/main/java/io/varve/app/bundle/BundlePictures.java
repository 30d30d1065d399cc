package io.varve.app.bundle;

import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.PlanePanels;
import io.varve.report.picture.Png;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns the values that bundles take and return into pictures. */
public final class BundlePictures {
  private static final int GREYS = 256;

  private BundlePictures() {}

  /** A square of images in reading order; points of the plane become dots. */
  static Png sheet(Tensor pixels) {
    long[] shape = pixels.shape();
    if (PlanePanels.holds(Arrays.copyOfRange(shape, 1, shape.length))) {
      return PlanePanels.points(List.of(new PlanePanels.PointsPanel("model", pixels.values())));
    }
    return PictureGrid.samples(of(pixels), (int) Math.ceil(Math.sqrt((double) shape[0])));
  }

  /** Pixels 0..255, [N, C, H, W]. */
  public static PictureBatch of(Tensor pixels) {
    long[] shape = pixels.shape();
    if (shape.length != 4 || (shape[1] != 1 && shape[1] != 3)) {
      throw new IllegalArgumentException(
          "the bundle's data are no pictures: expected shape [N, 1 or 3, height, width]");
    }
    PictureBatch.Size size =
        new PictureBatch.Size((int) shape[1], (int) shape[2], (int) shape[3], GREYS);
    return PictureBatch.of(pixels.values(), size);
  }

  /** Stored images, one after the other. */
  public static PictureBatch of(byte[] stored, Manifest.Space data) {
    return PictureBatch.of(stored, size(data.shape()));
  }

  /** The size of images of shape [C, H, W] with 256 levels. */
  static PictureBatch.Size size(List<Long> shape) {
    if (shape.size() != 3) {
      throw new IllegalArgumentException(
          "values of shape %s are no pictures; expected [1 or 3, height, width]".formatted(shape));
    }
    return new PictureBatch.Size(
        shape.get(0).intValue(), shape.get(1).intValue(), shape.get(2).intValue(), GREYS);
  }

  /** Makes rows of a table from its columns; each column has one image per row. */
  static List<PictureGrid.Row> rows(List<byte[]> columns, Manifest.Space data) {
    PictureBatch.Size size = size(data.shape());
    int bytes = size.scalars();
    List<PictureGrid.Row> rows = new ArrayList<>();
    for (int at = 0; at < columns.get(0).length; at += bytes) {
      byte[] row = new byte[columns.size() * bytes];
      for (int column = 0; column < columns.size(); column++) {
        System.arraycopy(columns.get(column), at, row, column * bytes, bytes);
      }
      rows.add(new PictureGrid.Row("", PictureBatch.of(row, size)));
    }
    return rows;
  }

  /** Values of so many levels as pixels 0..255. */
  static byte[] bytes(Tensor values, int levels) {
    return values.bytes((GREYS - 1f) / (levels - 1));
  }

  /** Pixels 0..255 as values of so many levels, [B, shape]. */
  static Tensor values(byte[] pixels, List<Long> shape, int levels) {
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round((pixels[i] & 0xFF) * (levels - 1f) / (GREYS - 1));
    }
    return new Tensor(Tensor.shape(pixels.length / Manifest.size(shape), shape), values);
  }
}
