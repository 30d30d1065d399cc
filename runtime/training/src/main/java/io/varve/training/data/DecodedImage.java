package io.varve.training.data;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Printable;
import io.varve.inference.image.CubicResampling;
import io.varve.inference.image.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A picture's file as the keys of {@code data} ask for it. */
final class DecodedImage {
  private DecodedImage() {}

  /**
   * Decodes a file, then crops and resizes it.
   *
   * @throws IllegalArgumentException one line that names the file
   */
  static Pixels read(Path file, Images keys) {
    Pixels whole;
    try {
      whole = Pixels.decode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          Printable.of(file.toString()) + ": " + Printable.of(e.getMessage()), e);
    }
    Pixels cut = cropped(file, whole, keys).withChannels(keys.channels());
    return keys.size() > 0 ? resized(cut, keys.size()) : cut;
  }

  private static Pixels cropped(Path file, Pixels image, Images keys) {
    List<Integer> crop = keys.crop();
    if (!crop.isEmpty()) {
      if (crop.get(2) > image.width() - crop.get(0) || crop.get(3) > image.height() - crop.get(1)) {
        throw new IllegalArgumentException(
            "%s: expected room for data.crop %s, found %d x %d pixels; mend the crop or drop the file"
                .formatted(file, crop, image.width(), image.height()));
      }
      return image.window(crop.get(0), crop.get(1), crop.get(2), crop.get(3));
    } else if (keys.square()) {
      int side = Math.min(image.width(), image.height());
      return image.window((image.width() - side) / 2, (image.height() - side) / 2, side, side);
    } else if (keys.size() > 0 && image.width() != image.height()) {
      throw new IllegalArgumentException(
          "%s: expected a square image to resize to data.size %d, found %d x %d; set data.square, or data.crop to a square"
              .formatted(file, keys.size(), image.width(), image.height()));
    }
    return image;
  }

  /** A square image at another size. */
  private static Pixels resized(Pixels image, int size) {
    if (size == image.width()) {
      return image;
    }
    CubicResampling resampling = new CubicResampling(image.width(), size);
    byte[] resized = new byte[image.channels() * size * size];
    for (int c = 0; c < image.channels(); c++) {
      int from = c * image.height() * image.width();
      resampling.apply(image.planes(), from, resized, c * size * size);
    }
    return new Pixels(resized, image.channels(), size, size);
  }
}
