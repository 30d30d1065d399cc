package io.varve.transforms;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * An image [C, H, W] of bytes.
 *
 * @param factor by which Pillow made it smaller than the one of its name that was drawn; 1 for that
 */
record Drawn(String name, int factor, Shape shape, List<Integer> pixels) {

  /** What {@code pillow-bicubic.txt} holds: each drawn image, followed by Pillow's results. */
  static List<Drawn> all() {
    try (InputStream text = Drawn.class.getResourceAsStream("pillow-bicubic.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> of(line.split(" ")))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Drawn of(String[] words) {
    byte[] bytes = Base64.getDecoder().decode(words[5]);
    List<Integer> pixels =
        IntStream.range(0, bytes.length).mapToObj(i -> Byte.toUnsignedInt(bytes[i])).toList();
    Shape shape =
        new Shape(Long.parseLong(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4]));
    return new Drawn(words[0], Integer.parseInt(words[1]), shape, pixels);
  }

  /** Pixels that are black, white or any level, a third each. */
  static Drawn noise(long seed, long... shape) {
    Random random = new Random(seed);
    Shape image = new Shape(shape);
    List<Integer> pixels =
        IntStream.range(0, (int) image.size())
            .map(i -> random.nextInt(3))
            .mapToObj(kind -> kind == 2 ? random.nextInt(256) : 255 * kind)
            .toList();
    return new Drawn("noise", 1, image, pixels);
  }

  Space space() {
    return new Space(shape, 256);
  }

  /** A batch of this image alone, [1, C, H, W]. */
  NDArray batch(NDManager manager, DataType type) {
    int[] values = pixels.stream().mapToInt(Integer::intValue).toArray();
    return manager.create(values, new Shape(1).addAll(shape)).toType(type, false);
  }

  /** The image [H][W] of one channel. */
  double[][] channel(int index) {
    int height = (int) shape.get(1);
    int width = (int) shape.get(2);
    double[][] image = new double[height][width];
    for (int i = 0; i < height * width; i++) {
      image[i / width][i % width] = pixels.get(index * height * width + i);
    }
    return image;
  }
}
