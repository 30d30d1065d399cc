package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Exports a random program and compares ONNX Runtime with DJL at batch sizes never traced.
 *
 * <p>Whole numbers and flags must be equal, and fractions equal to a few units in the last place.
 * What misses that is judged by Monte Carlo arithmetic (Parker 1997): DJL runs the program again
 * with its operands and results disturbed by some rounding errors, and an element may differ as far
 * as rounding alone moves it. So an ill-conditioned or discontinuous program is not blamed on the
 * exporter, and a well-conditioned one is held to single precision.
 */
final class RandomCheck {
  private static final long[] BATCHES = {1, 2, 7, 32};
  private static final long[] TRACED = {3, 5, 8};

  /** Eight units in the last place, in which exp and tanh of two libraries differ. */
  private static final double SINGLE = Math.scalb(1.0, -20);

  private static final double DOUBLE = Math.scalb(1.0, -48);

  /** What a rounding error may be taken for: libraries differ by as much in one operation. */
  private static final double SINGLE_NOISE = Math.scalb(1.0, -21);

  private static final double DOUBLE_NOISE = Math.scalb(1.0, -49);
  private static final int DISTURBED_RUNS = 16;

  /** Errors that all go one way exceed those drawn at random. */
  private static final double MARGIN = 16;

  /** Denormals are rounded to far fewer digits. */
  private static final double SMALLEST = 1e-35;

  /** What became of a program. */
  enum Outcome {
    AGREED,
    REFUSED,
    INVALID,
    FAILED
  }

  /**
   * A judgement.
   *
   * @param detail why it was refused or how it failed
   * @param elements how many elements were compared, and how many of those were judged by Monte
   *     Carlo arithmetic, and found at the mercy of rounding
   * @param operations how often each operation was exported, if the program was
   */
  record Verdict(
      Outcome outcome, String detail, long[] elements, Map<String, Integer> operations) {}

  private final RandomProgram program;
  private final NDManager manager;
  private final long[] elements = new long[3];
  private final Map<String, Integer> operations = new TreeMap<>();

  private RandomCheck(RandomProgram program, NDManager manager) {
    this.program = program;
    this.manager = manager;
  }

  static Verdict of(RandomProgram program, NDManager manager) {
    return new RandomCheck(program, manager).check();
  }

  private Verdict verdict(Outcome outcome, String detail) {
    boolean agreed = outcome == Outcome.AGREED;
    return new Verdict(outcome, detail, elements, agreed ? operations : Map.of());
  }

  private Verdict check() {
    Graph graph;
    try {
      Program recorded =
          OnnxExporter.of(program).parameters(program.names(), program.values()).record(manager);
      graph = Lowering.lower(recorded);
      count(recorded.live());
    } catch (RuntimeException e) {
      return refused(e);
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session =
          OrtEnvironment.getEnvironment().createSession(graph.toBytes(), options)) {
        return compare(session);
      }
    } catch (OrtException e) {
      return verdict(Outcome.FAILED, "ONNX Runtime: " + e.getMessage());
    }
  }

  private static final String REFUSAL =
      "\\S+:\\d+: ((NDArray|NDArrayEx|NDManager|ParameterStore)\\.\\w+(\\(arrays?\\))?|a round of a loop) [^;\\n]+; [^\\n]+";

  /** A refusal names the operation and the line; a program that DJL does not run is no program. */
  private Verdict refused(RuntimeException e) {
    if (Arrays.stream(TRACED).anyMatch(batch -> eager(batch).isEmpty())) {
      return verdict(Outcome.INVALID, e.toString());
    }
    String message = String.valueOf(e.getMessage());
    boolean named = e instanceof IllegalArgumentException && message.matches(REFUSAL);
    return named
        ? verdict(Outcome.REFUSED, message.replaceFirst("^\\S+ ", ""))
        : verdict(Outcome.FAILED, "not refused by name: " + e + at(e));
  }

  private static String at(RuntimeException e) {
    return e instanceof IllegalArgumentException || e.getStackTrace().length == 0
        ? ""
        : " at " + List.of(e.getStackTrace()).subList(0, 2);
  }

  private void count(List<Step> steps) {
    for (Step step : steps) {
      operations.merge(step.operation(), 1, Integer::sum);
      step.body().ifPresent(body -> count(body.steps()));
    }
  }

  /**
   * Empty where DJL throws, where an array is empty, and where a statement is outside its bounds.
   */
  private Optional<Parity.Vectors> eager(long batch) {
    try {
      return Optional.of(
          EagerTrace.run(trace -> program.run(trace, BOUNDS), program.values(), batch, manager));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /** ONNX Runtime has no kernels for some empty arrays, such as those of size B - 1 at batch 1. */
  private static final RandomProgram.Watcher BOUNDS =
      new RandomProgram.Watcher() {
        @Override
        public NDArray operand(RandomStep step, NDArray operand) {
          if (step.text().startsWith(RandomStep.FINITE)
              && !Arrays.stream(Elements.of(operand)).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("an operand is not finite");
          }
          return operand;
        }

        @Override
        public NDArray result(RandomStep step, NDArray result) {
          if (result.isEmpty()) {
            throw new IllegalArgumentException("an array is empty");
          }
          return result;
        }
      };

  private Verdict compare(OrtSession session) throws OrtException {
    int compared = 0;
    for (long batch : BATCHES) {
      Optional<Parity.Vectors> expected = eager(batch);
      if (expected.isPresent()) {
        Optional<String> difference = difference(session, expected.get());
        if (difference.isPresent()) {
          return verdict(Outcome.FAILED, "batch " + batch + ": " + difference.get());
        }
        compared++;
      }
    }
    return compared == 0
        ? verdict(Outcome.INVALID, "DJL runs it at no batch size")
        : verdict(Outcome.AGREED, "");
  }

  private Optional<String> difference(OrtSession session, Parity.Vectors expected)
      throws OrtException {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (Safetensors.Entry input : expected.inputs()) {
        if (session.getInputNames().contains(input.name())) {
          feed.put(input.name(), tensor(input));
        }
      }
      try (OrtSession.Result run = session.run(feed)) {
        return difference(run, expected);
      }
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(Safetensors.Entry entry) throws OrtException {
    ByteBuffer data = entry.data().duplicate();
    ByteBuffer direct = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.nativeOrder());
    direct.put(data).flip();
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(), direct, entry.shape(), EagerTrace.onnxType(entry.type()));
  }

  private Optional<String> difference(OrtSession.Result run, Parity.Vectors expected) {
    List<Parity.Vectors> disturbed = new ArrayList<>();
    for (int i = 0; i < expected.outputs().size(); i++) {
      Safetensors.Entry wanted = expected.outputs().get(i);
      OnnxTensor found = (OnnxTensor) run.get(wanted.name()).orElseThrow();
      String name = "output " + wanted.name();
      if (found.getInfo().type != EagerTrace.onnxType(wanted.type())) {
        return Optional.of(name + " is " + found.getInfo().type + ", not " + wanted.type());
      }
      if (!Arrays.equals(found.getInfo().getShape(), wanted.shape())) {
        return Optional.of(
            name
                + " has shape "
                + Arrays.toString(found.getInfo().getShape())
                + ", not "
                + Arrays.toString(wanted.shape()));
      }
      Optional<String> difference =
          elements(i, Elements.of(wanted.type(), found.getByteBuffer()), expected, disturbed);
      if (difference.isPresent()) {
        return difference.map(text -> name + " " + text);
      }
    }
    return Optional.empty();
  }

  private Optional<String> elements(
      int output, double[] found, Parity.Vectors expected, List<Parity.Vectors> disturbed) {
    Safetensors.Entry wanted = expected.outputs().get(output);
    double[] exact = Elements.of(wanted.type(), wanted.data());
    double tolerance =
        switch (wanted.type()) {
          case "F32" -> SINGLE;
          case "F64" -> DOUBLE;
          default -> 0;
        };
    elements[0] += exact.length;
    double[][] others = null;
    for (int i = 0; i < exact.length; i++) {
      if (!close(found[i], exact[i], tolerance * Math.abs(exact[i]))) {
        others = others == null ? others(output, expected.batch(), disturbed) : others;
        elements[1]++;
        if (!explained(found[i], exact[i], tolerance, column(others, i))) {
          return Optional.of(
              "["
                  + i
                  + "] is "
                  + found[i]
                  + ", in DJL "
                  + exact[i]
                  + ", there with rounding noise "
                  + Arrays.toString(Arrays.copyOf(column(others, i), 4)));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean close(double found, double exact, double tolerance) {
    return Double.isFinite(found) && Double.isFinite(exact)
        ? Math.abs(found - exact) <= tolerance + (tolerance > 0 ? SMALLEST : 0)
        : Double.compare(found, exact) == 0;
  }

  /** Whether rounding alone moves an element that far, or from side to side of a threshold. */
  private boolean explained(double found, double exact, double tolerance, double[] others) {
    double spread = 0;
    for (double other : others) {
      if (Double.isFinite(other) != Double.isFinite(exact) || (tolerance == 0 && other != exact)) {
        elements[2]++;
        return true;
      }
      spread = Math.max(spread, Math.abs(other - exact));
    }
    boolean explained = close(found, exact, tolerance * Math.abs(exact) + MARGIN * spread);
    if (explained && spread > 0.01 * Math.abs(exact)) {
      elements[2]++;
    }
    return explained;
  }

  private static double[] column(double[][] rows, int i) {
    return Arrays.stream(rows).mapToDouble(row -> i < row.length ? row[i] : Double.NaN).toArray();
  }

  private double[][] others(int output, long batch, List<Parity.Vectors> disturbed) {
    while (disturbed.size() < DISTURBED_RUNS) {
      disturbed.add(disturb(batch, disturbed.size()));
    }
    return disturbed.stream()
        .map(v -> v.outputs().get(output))
        .map(entry -> Elements.of(entry.type(), entry.data()))
        .toArray(double[][]::new);
  }

  private Parity.Vectors disturb(long batch, int run) {
    Noise noise = new Noise(new Random(run));
    return EagerTrace.run(trace -> program.run(trace, noise), program.values(), batch, manager);
  }

  /** Adds rounding errors to what statements read and give. */
  private record Noise(Random random) implements RandomProgram.Watcher {
    @Override
    public NDArray operand(RandomStep step, NDArray operand) {
      boolean rounds =
          step.kind() == RandomStep.Kind.ROUNDED || step.kind() == RandomStep.Kind.COMPOSED;
      return rounds && operand.getDataType().isFloating()
          ? operand.mul(signs(operand, 1))
          : operand;
    }

    @Override
    public NDArray result(RandomStep step, NDArray result) {
      if (!result.getDataType().isFloating()) {
        return result;
      }
      return switch (step.kind()) {
        case ROUNDED -> signed(result.mul(signs(result, 1)));
        case COMPOSED -> signed(result.mul(signs(result, 1)).add(signs(result, 0)));
        case IN_PLACE -> result.muli(signs(result, 1));
        default -> signed(result);
      };
    }

    /** Zeros of either sign: ONNX Runtime drops additions of 0, which keep it negative. */
    private NDArray signed(NDArray array) {
      double[] elements = Elements.of(array);
      if (Arrays.stream(elements).noneMatch(e -> e == 0)) {
        return array;
      }
      Arrays.setAll(elements, i -> elements[i] == 0 && random.nextBoolean() ? -1 : 1);
      return array.mul(plain(array, elements));
    }

    private static NDArray plain(NDArray like, double[] elements) {
      return like.getManager().create(elements, like.getShape()).toType(like.getDataType(), false);
    }

    /** A rounding error to either side of a number. */
    private NDArray signs(NDArray array, double center) {
      double[] signs = new double[Math.toIntExact(array.size())];
      double noise = array.getDataType() == DataType.FLOAT32 ? SINGLE_NOISE : DOUBLE_NOISE;
      Arrays.setAll(signs, i -> center + (random.nextBoolean() ? noise : -noise));
      return plain(array, signs);
    }
  }
}
