package io.varve.app;

import io.varve.inference.Manifest;
import io.varve.inference.Tensor;
import io.varve.training.report.Images;
import java.util.List;

/** What bundles return and take, as pictures. */
final class Pictures {
  private static final int GREYS = 256;

  private Pictures() {}

  /** Pixels 0..255, [N, C, H, W]. */
  static Images of(Tensor pixels) {
    long[] shape = pixels.shape();
    if (shape.length != 4 || (shape[1] != 1 && shape[1] != 3)) {
      throw new IllegalArgumentException(
          "the bundle's data are no pictures: expected shape [N, 1 or 3, height, width]");
    }
    Images.Size size = new Images.Size((int) shape[1], (int) shape[2], (int) shape[3], GREYS);
    return Images.of(pixels.values(), size);
  }

  /** Stored images, end to end. */
  static Images of(byte[] stored, Manifest.Space data) {
    List<Long> shape = data.shape();
    return Images.of(
        stored,
        new Images.Size(
            shape.get(0).intValue(), shape.get(1).intValue(), shape.get(2).intValue(), GREYS));
  }
}
