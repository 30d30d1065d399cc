package io.varve.training.data;

import io.varve.training.data.set.CubicResampling;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** One decoded image: uint8, planar [channels, height, width]. */
@SuppressWarnings("ArrayRecordComponent") // lives for one read; never compared
record DecodedImage(byte[] planes, int channels, int height, int width) {
  /** A header that promises more than 2^27 pixels is taken for a decompression bomb. */
  private static final long MAX_PIXELS = 1L << 27;

  /** The JDK fills in what a JPEG file lacks and merely warns; here that is an error. */
  private static final Pattern DAMAGED = Pattern.compile("Truncated File|Corrupt JPEG data");

  /** Decodes and crops a file; alpha is dropped and 16-bit samples keep their upper half. */
  static DecodedImage read(Path file, Images keys) {
    BufferedImage image = decode(file);
    List<Integer> crop = keys.crop();
    if (!crop.isEmpty()) {
      if (crop.get(2) > image.getWidth() - crop.get(0)
          || crop.get(3) > image.getHeight() - crop.get(1)) {
        throw new IllegalArgumentException(
            "%s: expected room for data.crop %s, found %d x %d pixels; mend the crop or drop the file"
                .formatted(file, crop, image.getWidth(), image.getHeight()));
      }
      image = image.getSubimage(crop.get(0), crop.get(1), crop.get(2), crop.get(3));
    } else if (keys.square()) {
      int side = Math.min(image.getWidth(), image.getHeight());
      int left = (image.getWidth() - side) / 2;
      image = image.getSubimage(left, (image.getHeight() - side) / 2, side, side);
    } else if (keys.size() > 0 && image.getWidth() != image.getHeight()) {
      throw new IllegalArgumentException(
          "%s: expected a square image to resize to data.size %d, found %d x %d; set data.square, or data.crop to a square"
              .formatted(file, keys.size(), image.getWidth(), image.getHeight()));
    }
    byte[] planes = isGrey(image) ? grey(image, keys.channels()) : colour(image, keys.channels());
    return new DecodedImage(planes, keys.channels(), image.getHeight(), image.getWidth());
  }

  /** This square image at another size. */
  DecodedImage resized(int size) {
    if (size == width && size == height) {
      return this;
    }
    CubicResampling resampling = new CubicResampling(width, size);
    byte[] resized = new byte[channels * size * size];
    for (int c = 0; c < channels; c++) {
      resampling.apply(planes, c * height * width, resized, c * size * size);
    }
    return new DecodedImage(resized, channels, size, size);
  }

  private static BufferedImage decode(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        if (!readers.hasNext()) {
          throw new IIOException(bytes.length + " bytes of something else");
        }
        return decode(readers.next(), in);
      }
    } catch (IOException | RuntimeException e) { // the JDK's readers throw both at bad bytes
      String found = e instanceof IIOException ? e.getMessage() : e.toString();
      throw new IllegalArgumentException(
          "%s: expected a whole PNG or JPEG image, found '%s'; mend or remove the file"
              .formatted(file, found),
          e);
    }
  }

  private static BufferedImage decode(ImageReader reader, ImageInputStream in) throws IOException {
    List<String> damage = new ArrayList<>();
    try {
      reader.setInput(in, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MAX_PIXELS) {
        throw new IIOException("%d pixels, more than %d".formatted(pixels, MAX_PIXELS));
      }
      reader.addIIOReadWarningListener((source, warning) -> damage.add(warning));
      BufferedImage image = reader.read(0);
      damage.removeIf(warning -> !DAMAGED.matcher(warning).lookingAt());
      if (!damage.isEmpty()) {
        throw new IIOException(damage.get(0));
      }
      return image;
    } finally {
      reader.dispose();
    }
  }

  private static boolean isGrey(BufferedImage image) {
    return image.getColorModel() instanceof ComponentColorModel model
        && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /** Samples as stored: {@code getRGB} takes them for linear light and would brighten them. */
  private static byte[] grey(BufferedImage image, int channels) {
    int pixels = image.getWidth() * image.getHeight();
    int shift = image.getColorModel().getComponentSize(0) - Byte.SIZE;
    int[] samples =
        image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
    byte[] planes = new byte[channels * pixels];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = (byte) (samples[i % pixels] >> shift);
    }
    return planes;
  }

  private static byte[] colour(BufferedImage image, int channels) {
    int width = image.getWidth();
    int pixels = width * image.getHeight();
    int[] rgb = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    byte[] planes = new byte[channels * pixels];
    for (int i = 0; i < pixels; i++) {
      int r = rgb[i] >> 16 & 0xff;
      int g = rgb[i] >> 8 & 0xff;
      int b = rgb[i] & 0xff;
      if (channels == 1) {
        planes[i] = (byte) ((299 * r + 587 * g + 114 * b + 500) / 1000);
      } else {
        planes[i] = (byte) r;
        planes[pixels + i] = (byte) g;
        planes[2 * pixels + i] = (byte) b;
      }
    }
    return planes;
  }
}
