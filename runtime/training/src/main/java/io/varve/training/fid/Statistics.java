package io.varve.training.fid;

import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A {@link Gaussian} kept as a safetensors file: {@code mean} [F] and {@code covariance} [F, F],
 * F64, with the number of images and what extracted them as metadata.
 */
public final class Statistics {
  private static final String COUNT = "images";
  private static final String EXTRACTOR = "extractor";
  private static final String INPUT = "input";

  private Statistics() {}

  /**
   * Writes statistics.
   *
   * @throws IllegalArgumentException one line, if the file cannot be written
   */
  public static void write(Path file, Gaussian gaussian, Extractor extractor) {
    int size = gaussian.size();
    Safetensors.write(
        file,
        List.of(
            entry("mean", gaussian.mean(), size),
            entry("covariance", gaussian.covariance(), size, size)),
        Map.of(
            COUNT,
            Long.toString(gaussian.count()),
            EXTRACTOR,
            extractor.sha256(),
            INPUT,
            extractor.keys().described()));
  }

  /**
   * Reads statistics.
   *
   * @throws IllegalArgumentException one line: if the file is none of these, or comes from another
   *     extractor or other keys of it
   */
  public static Gaussian read(Path file, Extractor extractor) {
    Safetensors tensors = Safetensors.open(file).requireFinite();
    Map<String, String> metadata = tensors.metadata();
    require(file, "extractor of SHA-256", metadata.get(EXTRACTOR), extractor.sha256());
    require(file, "input of", metadata.get(INPUT), extractor.keys().described());
    try {
      long count = Long.parseLong(metadata.get(COUNT));
      return new Gaussian(count, doubles(tensors, "mean"), doubles(tensors, "covariance"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s: of '%s' images, expected a number".formatted(file, metadata.get(COUNT)), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static void require(Path file, String what, String found, String expected) {
    if (!expected.equals(found)) {
      throw new IllegalArgumentException(
          "%s: holds statistics of an %s %s, expected %s; delete it to compute them anew"
              .formatted(file, what, found, expected));
    }
  }

  private static Safetensors.Entry entry(String name, double[] values, long... shape) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return new Safetensors.Entry(name, "F64", shape, bytes);
  }

  private static double[] doubles(Safetensors tensors, String name) {
    Safetensors.Tensor tensor = tensors.tensors().get(name);
    if (tensor == null || !tensor.type().equals("F64")) {
      throw new IllegalArgumentException(
          "has no F64 tensor '" + name + "'; expected a file that varve fid --statistics wrote");
    }
    DoubleBuffer data = tensors.data(name).asDoubleBuffer();
    double[] values = new double[data.remaining()];
    data.get(values);
    return values;
  }
}
