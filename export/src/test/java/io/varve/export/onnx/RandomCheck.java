package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.export.onnx.check.EagerTrace;
import io.varve.export.onnx.check.OrtTensors;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.lower.Lowering;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Exports a random program and compares ONNX Runtime with DJL at batch sizes never traced. */
final class RandomCheck {
  private static final long[] BATCHES = {1, 2, 7, 32};
  private static final long[] TRACED = {3, 5, 8};
  private static final long[] REPLAYED = {1, 2};

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
   * @param operations how often each operation was exported, if the program was
   */
  record Verdict(
      Outcome outcome,
      String detail,
      RandomComparison.Counts compared,
      Map<String, Integer> operations) {}

  private final RandomProgram program;
  private final NDManager manager;
  private RandomComparison.Counts compared = RandomComparison.Counts.NONE;
  private final Map<String, Integer> operations = new TreeMap<>();
  private final Map<Long, Optional<ParityGate.Vectors>> runs = new HashMap<>();

  private RandomCheck(RandomProgram program, NDManager manager) {
    this.program = program;
    this.manager = manager;
  }

  static Verdict of(RandomProgram program, NDManager manager) {
    return new RandomCheck(program, manager).check(Optional::of);
  }

  /**
   * The same with a fault.
   *
   * @param fault changes the bytes of the graph; where it has nothing to change, nothing is
   *     compared
   */
  static Verdict of(
      RandomProgram program, NDManager manager, Function<byte[], Optional<byte[]>> fault) {
    return new RandomCheck(program, manager).check(fault);
  }

  private Verdict verdict(Outcome outcome, String detail) {
    boolean agreed = outcome == Outcome.AGREED;
    return new Verdict(outcome, detail, compared, agreed ? operations : Map.of());
  }

  private Verdict check(Function<byte[], Optional<byte[]>> fault) {
    OnnxGraph graph;
    try {
      OnnxExporter exporter =
          OnnxExporter.of(program).parameters(program.names(), program.values()).folded();
      Program recorded = exporter.record(manager);
      // What DJL runs from three rows on only is compared there.
      boolean small = Arrays.stream(REPLAYED).allMatch(batch -> eager(batch).isPresent());
      graph = small ? exporter.lower(recorded, manager) : Lowering.lower(recorded);
      count(recorded.live());
    } catch (RuntimeException e) {
      return refused(e);
    }
    Optional<byte[]> bytes = fault.apply(graph.toBytes());
    return bytes.isEmpty() ? verdict(Outcome.AGREED, "") : compare(bytes.get());
  }

  private Verdict compare(byte[] graph) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = OnnxRuntime.environment().createSession(graph, options)) {
        return compare(session);
      }
    } catch (OrtException e) {
      return verdict(Outcome.FAILED, "ONNX Runtime: " + e.getMessage());
    }
  }

  private static final String NAMED =
      "((NDArray|NDArrayEx|NDManager|ParameterStore)\\.\\w+(\\(arrays?\\))?|a round of a loop)";

  private static final String REFUSAL = "\\S+:\\d+: " + NAMED + " [^;\\n]+; [^\\n]+";

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

  private void count(List<RecordedStep> steps) {
    for (RecordedStep step : steps) {
      operations.merge(step.operation(), 1, Integer::sum);
      step.body().ifPresent(body -> count(body.steps()));
    }
  }

  /**
   * Empty where DJL throws, where an array is empty, and where a statement is outside its bounds.
   */
  private Optional<ParityGate.Vectors> eager(long batch) {
    return runs.computeIfAbsent(batch, this::run);
  }

  private Optional<ParityGate.Vectors> run(long batch) {
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
      Optional<ParityGate.Vectors> expected = eager(batch);
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

  private Optional<String> difference(OrtSession session, ParityGate.Vectors expected)
      throws OrtException {
    Map<String, OnnxTensor> feed = new LinkedHashMap<>();
    try {
      for (Safetensors.Entry input : expected.inputs()) {
        if (session.getInputNames().contains(input.name())) {
          feed.put(input.name(), OrtTensors.of(input));
        }
      }
      try (OrtSession.Result run = session.run(feed)) {
        return difference(run, expected);
      }
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private Optional<String> difference(OrtSession.Result run, ParityGate.Vectors expected) {
    RandomComparison comparison = new RandomComparison(program, expected, manager);
    for (int i = 0; i < expected.outputs().size(); i++) {
      Safetensors.Entry wanted = expected.outputs().get(i);
      OnnxTensor found = (OnnxTensor) run.get(wanted.name()).orElseThrow();
      String name = "output " + wanted.name();
      if (found.getInfo().type != OrtTensors.type(wanted)) {
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
      Optional<String> difference = comparison.difference(i, found.getByteBuffer());
      if (difference.isPresent()) {
        return difference.map(text -> name + " " + text);
      }
    }
    compared = compared.plus(comparison.counts());
    return Optional.empty();
  }
}
