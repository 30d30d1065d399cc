package io.varve.inference;

import io.varve.inference.image.CubicResampling;
import io.varve.inference.image.Pixels;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Pictures as a bundle takes and gives them.
 *
 * <pre>{@code
 * Pictures pictures = Pictures.of(bundle);
 * Score score = bundle.score(pictures.decode(List.of(png, jpeg)), 1);
 * }</pre>
 *
 * <p>Files are read as training reads them, see {@link Pixels}. Grey pictures become three equal
 * channels where the bundle has three, and colours their luma where it has one. A picture of
 * another size is refused, or resized by {@link #resizing()}.
 *
 * @param channels 1 or 3
 * @param height in pixels
 * @param width in pixels
 * @param resize whether a picture of another size is resized, as {@code data.size} does
 */
public record Pictures(int channels, int height, int width, boolean resize) {
  /**
   * Pictures of the shape that a bundle takes.
   *
   * @throws IllegalArgumentException if it takes no pictures of 1 or 3 channels
   */
  public static Pictures of(Bundle bundle) {
    Inputs.requireGiven(bundle, "bundle");
    List<Long> shape = bundle.manifest().data().shape();
    Inputs.require(
        shape.size() == 3 && (shape.get(0) == 1 || shape.get(0) == 3),
        "%s: takes data of shape %s, expected [1, H, W] or [3, H, W] for pictures"
            .formatted(bundle.path(), shape));
    return new Pictures(
        shape.get(0).intValue(), shape.get(1).intValue(), shape.get(2).intValue(), false);
  }

  /** These pictures, but others are resized to their size if they have the same aspect ratio. */
  public Pictures resizing() {
    return new Pictures(channels, height, width, true);
  }

  /**
   * Pictures of the JDK as a bundle takes them: uint8, end to end.
   *
   * @throws IllegalArgumentException if one has another size or colours that are neither grey nor
   *     RGB; the message has its number
   */
  public byte[] bytes(List<BufferedImage> pictures) {
    return planes(pictures, Pixels::of);
  }

  /**
   * Decodes files as a bundle takes them: uint8, end to end.
   *
   * @param files the bytes of PNG or JPEG files
   * @throws IllegalArgumentException if one is damaged, of another kind or of another size; the
   *     message has its number
   */
  public byte[] decode(List<byte[]> files) {
    return planes(files, Pixels::decode);
  }

  private <T> byte[] planes(List<T> pictures, Function<T, Pixels> read) {
    Inputs.requireGiven(pictures, "pictures");
    int size = channels * height * width;
    Inputs.require(
        pictures.size() <= Integer.MAX_VALUE / size,
        "pictures: %d of %d bytes, expected at most %d at once"
            .formatted(pictures.size(), size, Integer.MAX_VALUE / size));
    byte[] planes = new byte[pictures.size() * size];
    for (int i = 0; i < pictures.size(); i++) {
      try {
        Inputs.requireGiven(pictures.get(i), "it");
        Pixels pixels = sized(read.apply(pictures.get(i))).withChannels(channels);
        System.arraycopy(pixels.planes(), 0, planes, i * size, size);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("picture " + i + ": " + e.getMessage(), e);
      }
    }
    return planes;
  }

  private Pixels sized(Pixels picture) {
    if (picture.width() == width && picture.height() == height) {
      return picture;
    }
    boolean similar = (long) picture.width() * height == (long) picture.height() * width;
    Inputs.require(
        resize && similar,
        "expected %d x %d pixels, found %d x %d; %s"
            .formatted(
                width,
                height,
                picture.width(),
                picture.height(),
                resize ? "crop it to this aspect ratio" : "resize it, or use resizing()"));
    CubicResampling resampling =
        new CubicResampling(picture.height(), picture.width(), height, width);
    byte[] resized = new byte[picture.channels() * height * width];
    for (int c = 0; c < picture.channels(); c++) {
      int from = c * picture.height() * picture.width();
      resampling.apply(picture.planes(), from, resized, c * height * width);
    }
    return new Pixels(resized, picture.channels(), height, width);
  }

  /**
   * What a bundle drew as pictures of the JDK.
   *
   * @param drawn [n, C, H, W] in 0..255, such as {@code pixels.mean}
   * @throws IllegalArgumentException if it has another shape
   */
  public List<BufferedImage> images(Tensor drawn) {
    Inputs.requireGiven(drawn, "drawn");
    Inputs.require(
        drawn
            .shapeAsList()
            .equals(List.of((long) drawn.rows(), (long) channels, (long) height, (long) width)),
        "tensor: shape %s, expected [n, %d, %d, %d]"
            .formatted(drawn.shapeAsList(), channels, height, width));
    byte[] planes = drawn.bytes(1);
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    List<BufferedImage> images = new ArrayList<>();
    for (int i = 0; i < drawn.rows(); i++) {
      BufferedImage image = new BufferedImage(width, height, type);
      for (int c = 0; c < channels; c++) {
        int[] plane = new int[height * width];
        for (int p = 0; p < plane.length; p++) {
          plane[p] = planes[(i * channels + c) * plane.length + p] & 0xFF;
        }
        image.getRaster().setSamples(0, 0, width, height, c, plane);
      }
      images.add(image);
    }
    return images;
  }
}
