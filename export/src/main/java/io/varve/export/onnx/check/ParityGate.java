package io.varve.export.onnx.check;

import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How far a graph in ONNX Runtime is from the code it was traced from, at batch sizes that were not
 * recorded: 1, 2 and a large one.
 *
 * @param results one per batch size and output
 * @param vectors what was compared, to repeat it anywhere
 */
public record ParityGate(List<Result> results, List<Vectors> vectors) {
  /** The batch sizes to compare at unless others are given. */
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
    double scale(String output) {
      return Stream.concat(outputs.stream(), scales.stream())
          .filter(entry -> entry.name().equals(output))
          .mapToDouble(entry -> Distances.scale(OrtTensors.numbers(entry)))
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
    List<Result> results = new ArrayList<>();
    List<Vectors> vectors = new ArrayList<>();
    OrtEnvironment environment = OnnxRuntime.environment(); // before any other class of it
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(onnx.toString(), options)) {
      for (int batch : batches) {
        Vectors expected = EagerTrace.run(code, parameters, batch, manager);
        vectors.add(expected);
        results.addAll(new GraphRun(session, onnx, expected).compare());
      }
    } catch (OrtException e) {
      throw GraphRun.refused(onnx, "cannot be opened by ONNX Runtime", e);
    }
    return new ParityGate(results, vectors);
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
