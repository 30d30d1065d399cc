package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.varve.export.bundle.TracedParameters;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.record.Trace;
import io.varve.inference.file.Safetensors;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules on array code that its record decides: X1, X2 and X10. */
abstract class ExportContract extends RepeatContract {
  /** What an export allows: single precision, summed over layers. */
  private static final double PARITY = 1e-4;

  /** Nodes that may come with a larger event: a shape that is spread, a squeeze that is not. */
  private static final int SLACK = 2;

  /** How the exporter words a value that is read, or a batch that is counted. */
  private static final Pattern HOST_OR_BATCH =
      Pattern.compile("on the host|would copy a traced|depends on values|\\bbatch(es)?\\b");

  ExportContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void x1_onnxRuntimeGivesEqualValues() {
    for (Trial trial : trials()) {
      OnnxExporter exporter = exporter(trial);
      Path folder = temporary();
      try {
        Path file = folder.resolve("graph.onnx");
        exporter.trace(manager).save(file);
        judged(exporter.check(file, manager)).require(PARITY);
      } catch (IllegalArgumentException e) {
        String line = String.valueOf(e.getMessage()).replace(folder + "/", "");
        throw new AssertionError(trial.probe().name() + ": " + line, e);
      } finally {
        delete(folder);
      }
    }
  }

  /**
   * Whole numbers are judged by their mean error, as bundles are: where noise hits the edge of a
   * grid value to the last bits, a draw may fall the other way.
   */
  private static ParityGate judged(ParityGate parity) {
    Set<String> whole = new LinkedHashSet<>();
    Set<String> other = new LinkedHashSet<>();
    for (ParityGate.Vectors vectors : parity.vectors()) {
      for (Safetensors.Entry output : vectors.outputs()) {
        (whole(output) ? whole : other).add(output.name());
      }
    }
    whole.removeAll(other);
    return parity.onAverage(whole);
  }

  private static boolean whole(Safetensors.Entry output) {
    FloatBuffer values = output.data().duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    while (output.type().equals("F32") && values.hasRemaining()) {
      float value = values.get();
      if (value != Math.rint(value)) {
        return false;
      }
    }
    return true;
  }

  @Rule
  public void x2_readsNoValueAndNoBatchSize() {
    for (Trial trial : trials()) {
      try {
        exporter(trial).trace(manager);
      } catch (IllegalArgumentException e) {
        String line = String.valueOf(e.getMessage());
        require(!HOST_OR_BATCH.matcher(line).find(), trial.probe().name() + ": " + line);
        // Whatever else cannot be exported is a breach of X1.
      }
    }
  }

  @Rule
  public void x2_doesTheSameAtEveryBatchSize() {
    for (Trial trial : trials()) {
      TrialParameters parameters = trial.parameters(DataType.FLOAT32);
      int expected = operations(trial, parameters, 5);
      for (int batch : new int[] {1, 2, 33}) {
        int found = operations(trial, parameters, batch);
        require(
            found == expected,
            "%s: makes %d arrays for a batch of 5 and %d for one of %d; let no branch or loop depend on the batch"
                .formatted(trial.probe().name(), expected, found, batch));
      }
    }
  }

  /** Each operation makes an array, and none is freed before its scope. */
  private int operations(Trial trial, TrialParameters parameters, int batch) {
    try (NDManager scope = manager.newSubManager()) {
      trial.run(scope, parameters, DataType.FLOAT32, Trials.rows(batch));
      return scope.getManagedArrays().size();
    }
  }

  @Rule(Rule.Level.OPTIONAL)
  public void x10_largerEventsTakeNoMoreOperations() {
    Map<String, Integer> nodes = new LinkedHashMap<>();
    trials().forEach(trial -> nodes.put(trial.probe().name(), nodes(trial)));
    List<Probe> larger = larger();
    if (larger.isEmpty()) {
      throw new NotApplicable("no larger event is accepted");
    }
    for (Probe probe : larger) {
      int few = nodes.get(probe.name());
      int many = nodes(new Trial(probe, manager));
      require(
          many <= few + SLACK,
          "%s: a graph of %d nodes, but of %d for a larger event; use operations on whole arrays, or Pass.repeat"
              .formatted(probe.name(), few, many));
    }
  }

  private int nodes(Trial trial) {
    try {
      OnnxGraph graph = exporter(trial).trace(manager);
      return nodes(ModelProto.parseFrom(graph.toBytes()).getGraph());
    } catch (IllegalArgumentException e) {
      throw new NotApplicable("its code cannot be exported (see X1)");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the exporter's graph cannot be read", e);
    }
  }

  /** The nodes of a graph and of the bodies of its loops. */
  private static int nodes(GraphProto graph) {
    return graph.getNodeList().stream()
        .mapToInt(
            node ->
                1
                    + node.getAttributeList().stream()
                        .filter(attribute -> attribute.hasG())
                        .mapToInt(attribute -> nodes(attribute.getG()))
                        .sum())
        .sum();
  }

  private static OnnxExporter exporter(Trial trial) {
    TrialParameters parameters = trial.parameters(DataType.FLOAT32);
    Map<Parameter, String> names = new LinkedHashMap<>();
    for (Parameter parameter : trial.initialised()) {
      names.putIfAbsent(parameter, names.size() + "." + parameter.getName());
    }
    return OnnxExporter.of(trace -> traced(trial, trace)).parameters(names, parameters.fixed());
  }

  private static Map<String, NDArray> traced(Trial trial, Trace trace) {
    int[] rows = Trials.rows(Math.toIntExact(trace.batch()));
    NDList inputs = new NDList();
    for (NDArray sample : trial.inputs(trace.samples(), DataType.FLOAT32, rows)) {
      inputs.add(trace.input(trial.probe().inputs().get(inputs.size()).name(), sample));
    }
    Pass pass = new Pass(trace.manager(), new TracedParameters(trace), false, inputs(trace, rows));
    NDList results = trial.probe().body().of(pass, inputs);
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    results.forEach(result -> outputs.put("result " + outputs.size(), result));
    return outputs;
  }

  /** Noise as inputs of the graph. */
  private static Noise inputs(Trace trace, int... rows) {
    Noise samples = Trials.noise(trace.samples(), DataType.FLOAT32, 1, rows);
    return new Noise() {
      private int asked;

      @Override
      public NDArray normal(Shape event) {
        return trace.input("noise " + asked++, samples.normal(event));
      }

      @Override
      public NDArray uniform(Shape event) {
        return trace.input("noise " + asked++, samples.uniform(event));
      }
    };
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("varve-kit");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
