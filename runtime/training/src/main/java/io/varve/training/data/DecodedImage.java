package io.varve.training.data;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Printable;
import io.varve.inference.image.CubicResampling;
import io.varve.inference.image.Header;
import io.varve.inference.image.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A picture's file as the keys of {@code data} ask for it.
 *
 * @param pixels cropped and resized
 * @param header of the file
 */
record DecodedImage(Pixels pixels, Header header) {
  /**
   * Decodes a file, then crops and resizes it.
   *
   * @throws IllegalArgumentException one line that names the file
   */
  static DecodedImage read(Path file, Images keys) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      Pixels whole = Pixels.decode(bytes);
      return new DecodedImage(fitted(whole, keys), Header.of(bytes));
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          Printable.of(file.toString()) + ": " + Printable.of(e.getMessage()), e);
    }
  }

  private static Pixels fitted(Pixels image, Images keys) {
    Pixels cut = cropped(image, keys).withChannels(keys.channels());
    return keys.size() > 0 ? resized(cut, keys.size()) : cut;
  }

  private static Pixels cropped(Pixels image, Images keys) {
    List<Integer> crop = keys.crop();
    if (!crop.isEmpty()) {
      if (crop.get(2) > image.width() - crop.get(0) || crop.get(3) > image.height() - crop.get(1)) {
        throw new IllegalArgumentException(
            "expected room for data.crop %s, found %d x %d pixels; mend the crop or drop the file"
                .formatted(crop, image.width(), image.height()));
      }
      return image.window(crop.get(0), crop.get(1), crop.get(2), crop.get(3));
    } else if (keys.square()) {
      int side = Math.min(image.width(), image.height());
      return image.window((image.width() - side) / 2, (image.height() - side) / 2, side, side);
    } else if (keys.size() > 0 && image.width() != image.height()) {
      throw new IllegalArgumentException(
          "expected a square image to resize to data.size %d, found %d x %d; set data.square, or data.crop to a square"
              .formatted(keys.size(), image.width(), image.height()));
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
