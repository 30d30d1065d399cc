package io.varve.export.onnx.check;

import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far a graph in ONNX Runtime is from the code it was traced from, at batch sizes that it was
 * not made from: 1, 2 and a large one.
 *
 * @param results one per batch size and output
 * @param vectors what was compared, to repeat it anywhere
 */
public record ParityGate(List<Result> results, List<Vectors> vectors) {
  /** The batch sizes of a comparison where nobody asks for others. */
  public static final List<Integer> BATCHES = List.of(1, 2, 32);

  /** Copies the lists. */
  public ParityGate {
    results = List.copyOf(results);
    vectors = List.copyOf(vectors);
  }

  /**
   * The distance of one output.
   *
   * @param error max |a - b| / max(1, max |b|) over finite elements, b being DJL's or, where
   *     larger, the terms that it is a difference of, see {@code Trace#terms}; infinite where an
   *     infinity or a NaN stands in one and not in the other
   * @param mean the same with mean |a - b|
   */
  public record Result(long batch, String output, double error, double mean) {}

  /**
   * One comparison.
   *
   * @param inputs what the graph was given
   * @param outputs what DJL computed from it
   * @param scales the largest term of each output whose terms are known, see {@code Trace#terms}
   */
  public record Vectors(
      long batch,
      List<Safetensors.Entry> inputs,
      List<Safetensors.Entry> outputs,
      List<Safetensors.Entry> scales) {
    /** Copies the lists. */
    public Vectors {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      scales = List.copyOf(scales);
    }

    /** What the error of an output is measured against: its own size or that of its terms. */
    private double scale(String output) {
      return Stream.concat(outputs.stream(), scales.stream())
          .filter(entry -> entry.name().equals(output))
          .mapToDouble(entry -> ParityGate.scale(elements(entry)))
          .max()
          .orElse(1);
    }
  }

  /**
   * Runs code and graph on the same inputs.
   *
   * @param code what was exported
   * @param parameters the values of its parameters
   * @param onnx the file of the graph
   * @param manager decides the engine and device that the code runs on
   * @param batches the batch sizes to compare at
   * @throws IllegalArgumentException if the graph cannot be opened or run
   */
  public static ParityGate of(
      Traced code, ParameterStore parameters, Path onnx, NDManager manager, List<Integer> batches) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    List<Result> results = new ArrayList<>();
    List<Vectors> vectors = new ArrayList<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(onnx.toString(), options)) {
      for (int batch : batches) {
        Vectors expected = EagerTrace.run(code, parameters, batch, manager);
        vectors.add(expected);
        results.addAll(compare(environment, session, onnx, expected));
      }
    } catch (OrtException e) {
      throw refused(onnx, "cannot be opened by ONNX Runtime", e);
    }
    return new ParityGate(results, vectors);
  }

  private static List<Result> compare(
      OrtEnvironment environment, OrtSession session, Path onnx, Vectors expected) {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (Safetensors.Entry input : expected.inputs()) {
        if (session.getInputNames().contains(input.name())) {
          feed.put(input.name(), tensor(environment, input));
        }
      }
      List<Result> results = new ArrayList<>();
      try (OrtSession.Result run = session.run(feed)) {
        for (Safetensors.Entry output : expected.outputs()) {
          OnnxTensor found = (OnnxTensor) run.get(output.name()).orElseThrow();
          requireType(onnx, output, found.getInfo().type, expected.batch());
          requireShape(onnx, output, found.getInfo().getShape(), expected.batch());
          double[] computed = elements(output.type(), found.getByteBuffer());
          double[] wanted = elements(output);
          results.add(
              new Result(
                  expected.batch(),
                  output.name(),
                  distance(computed, wanted, expected.scale(output.name())),
                  meanDistance(computed, wanted, expected.scale(output.name()))));
        }
      }
      return results;
    } catch (OrtException e) {
      throw refused(onnx, "cannot be run by ONNX Runtime at batch " + expected.batch(), e);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Safetensors.Entry entry)
      throws OrtException {
    ByteBuffer data = entry.data().duplicate();
    ByteBuffer direct = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.nativeOrder());
    direct.put(data).flip();
    return OnnxTensor.createTensor(
        environment, direct, entry.shape(), EagerTrace.onnxType(entry.type()));
  }

  private static IllegalArgumentException refused(Path onnx, String problem, OrtException e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new IllegalArgumentException(
        onnx
            + ": "
            + problem
            + ": "
            + message
            + "; if it is about shapes, the traced code depends on the batch unseen",
        e);
  }

  private static void requireType(
      Path onnx, Safetensors.Entry expected, OnnxJavaType found, long batch) {
    OnnxJavaType wanted = EagerTrace.onnxType(expected.type());
    if (found != wanted) {
      throw new IllegalArgumentException(
          onnx
              + ": output '"
              + expected.name()
              + "' is of type "
              + found
              + " at batch "
              + batch
              + ", expected "
              + wanted
              + "; the traced code depends on the batch unseen, as in if (batch > 16)");
    }
  }

  private static void requireShape(
      Path onnx, Safetensors.Entry expected, long[] found, long batch) {
    if (!Arrays.equals(found, expected.shape())) {
      throw new IllegalArgumentException(
          onnx
              + ": output '"
              + expected.name()
              + "' has shape "
              + Arrays.toString(found)
              + " at batch "
              + batch
              + ", expected "
              + Arrays.toString(expected.shape())
              + "; the traced code depends on the batch unseen, as in if (batch > 16)");
    }
  }

  private static double[] elements(Safetensors.Entry entry) {
    return elements(entry.type(), entry.data().duplicate().order(ByteOrder.nativeOrder()));
  }

  private static double[] elements(String type, ByteBuffer bytes) {
    ByteBuffer data = bytes.order(ByteOrder.nativeOrder());
    int start = data.position();
    int size =
        switch (type) {
          case "F64", "I64" -> Long.BYTES;
          case "F32", "I32" -> Integer.BYTES;
          default -> 1;
        };
    double[] elements = new double[data.remaining() / size];
    for (int i = 0; i < elements.length; i++) {
      int at = start + i * size;
      elements[i] =
          switch (type) {
            case "F64" -> data.getDouble(at);
            case "I64" -> data.getLong(at);
            case "F32" -> data.getFloat(at);
            case "I32" -> data.getInt(at);
            default -> data.get(at) & 0xFF;
          };
    }
    return elements;
  }

  /** max |a - b| / max(1, max |b|), infinities and NaNs apart. */
  public static double distance(double[] found, double[] expected) {
    return distance(found, expected, scale(expected));
  }

  /** max |a - b| / scale, infinities and NaNs apart. */
  private static double distance(double[] found, double[] expected, double scale) {
    return differences(found, expected).max().orElse(0) / scale;
  }

  /** mean |a - b| / scale, infinities and NaNs apart. */
  static double meanDistance(double[] found, double[] expected, double scale) {
    return differences(found, expected).average().orElse(0) / scale;
  }

  private static DoubleStream differences(double[] found, double[] expected) {
    return IntStream.range(0, expected.length)
        .mapToDouble(
            i -> {
              if (Double.isFinite(found[i]) && Double.isFinite(expected[i])) {
                return Math.abs(found[i] - expected[i]);
              }
              return Double.compare(found[i], expected[i]) == 0 ? 0 : Double.POSITIVE_INFINITY;
            });
  }

  /** max(1, max |b|) over finite elements. */
  private static double scale(double[] expected) {
    return DoubleStream.of(expected).filter(Double::isFinite).map(Math::abs).reduce(1, Math::max);
  }

  /**
   * The same comparison with the mean error of some outputs in place of the largest: of draws from
   * a grid. Where the noise hits the edge of a grid value to the last bits, a draw may fall the
   * other way; a picture of 3,000 pixels holds such a tie more often than not.
   *
   * @param outputs their names
   */
  public ParityGate onAverage(Set<String> outputs) {
    List<Result> averaged =
        results.stream()
            .map(
                r ->
                    outputs.contains(r.output())
                        ? new Result(r.batch(), r.output(), r.mean(), r.mean())
                        : r)
            .toList();
    return new ParityGate(averaged, vectors);
  }

  /** The same comparison without an output, which may differ, such as how long a loop took. */
  public ParityGate without(String output) {
    return new ParityGate(
        results.stream().filter(r -> !r.output().equals(output)).toList(), vectors);
  }

  /** The largest error, 0 if nothing was compared. */
  public double worst() {
    return results.stream().mapToDouble(Result::error).max().orElse(0);
  }

  /**
   * Checks every output.
   *
   * @param tolerance the largest error allowed, see {@link Result}
   * @return this
   * @throws IllegalArgumentException if an output is farther off; the message names the worst
   */
  public ParityGate require(double tolerance) {
    results.stream()
        .max(Comparator.comparingDouble(Result::error))
        .filter(worst -> !(worst.error() <= tolerance))
        .ifPresent(
            worst -> {
              throw new IllegalArgumentException(
                  String.format(
                      Locale.ROOT,
                      "output '%s': ONNX Runtime differs from DJL by %.3g at batch %d, expected at"
                          + " most %.3g; the traced code depends on the batch or on values unseen,"
                          + " or the tolerance is too small",
                      worst.output(),
                      worst.error(),
                      worst.batch(),
                      tolerance));
            });
    return this;
  }
}
