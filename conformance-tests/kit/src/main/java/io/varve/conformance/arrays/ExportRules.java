package io.varve.conformance.arrays;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.export.bundle.TracedParameters;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.record.Trace;
import io.varve.inference.file.Safetensors;
import io.varve.inference.file.TemporaryFolder;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules on array code that are decided by its record: X1, X2 and X10. */
public final class ExportRules {
  /** What an export allows: single precision, summed over layers. */
  private static final double PARITY = 1e-4;

  /**
   * A larger event may add so many nodes: one that spreads a shape, one that no longer squeezes.
   */
  private static final int SLACK = 2;

  /** The exporter's words for code that reads a value or counts the batch. */
  private static final Pattern HOST_OR_BATCH =
      Pattern.compile("on the host|would copy a traced|depends on values|\\bbatch(es)?\\b");

  private final Probes probes;
  private final NDManager manager;

  ExportRules(Probes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void x1_onnxRuntimeGivesEqualValues() {
    for (ReadyProbe ready : probes.ready()) {
      OnnxExporter exporter = exporter(ready);
      try (TemporaryFolder scratch = new TemporaryFolder()) {
        requireParity(ready, exporter, scratch.path());
      }
    }
  }

  private void requireParity(ReadyProbe ready, OnnxExporter exporter, Path folder) {
    try {
      Path file = folder.resolve("graph.onnx");
      exporter.trace(manager).save(file);
      judged(exporter.check(file, manager)).require(PARITY);
    } catch (IllegalArgumentException e) {
      String line = String.valueOf(e.getMessage()).replace(folder + "/", "");
      throw new AssertionError(ready.probe().name() + ": " + line, e);
    }
  }

  /**
   * Whole numbers are judged by their mean error, as in bundles. Noise may hit the edge of a grid
   * value to the last bits, and the draw may then fall the other way.
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
  void x2_readsNoValueAndNoBatchSize() {
    for (ReadyProbe ready : probes.ready()) {
      try {
        exporter(ready).trace(manager);
      } catch (IllegalArgumentException e) {
        String line = String.valueOf(e.getMessage());
        require(!HOST_OR_BATCH.matcher(line).find(), ready.probe().name() + ": " + line);
        // Whatever else cannot be exported is a breach of X1.
      }
    }
  }

  @Rule
  void x2_doesTheSameAtEveryBatchSize() {
    for (ReadyProbe ready : probes.ready()) {
      ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
      int expected = operations(ready, parameters, 5);
      for (int batch : new int[] {1, 2, 33}) {
        int found = operations(ready, parameters, batch);
        require(
            found == expected,
            "%s: makes %d arrays for a batch of 5 and %d for one of %d; let no branch or loop depend on the batch"
                .formatted(ready.probe().name(), expected, found, batch));
      }
    }
  }

  /** Counts arrays: each operation makes one, and none is freed before its scope. */
  private int operations(ReadyProbe ready, ProbeParameters parameters, int batch) {
    try (NDManager scope = manager.newSubManager()) {
      ready.run(scope, parameters, DataType.FLOAT32, SeededRows.rows(batch));
      return scope.getManagedArrays().size();
    }
  }

  @Rule(Rule.Strength.OPTIONAL)
  void x10_largerEventsTakeNoMoreOperations() {
    Map<String, Integer> nodes = new LinkedHashMap<>();
    probes.ready().forEach(ready -> nodes.put(ready.probe().name(), nodes(ready)));
    List<Probe> larger = probes.larger();
    if (larger.isEmpty()) {
      throw new NotApplicable("no larger event is accepted");
    }
    for (Probe probe : larger) {
      int few = nodes.get(probe.name());
      int many = nodes(new ReadyProbe(probe, manager));
      require(
          many <= few + SLACK,
          "%s: a graph of %d nodes, but of %d for a larger event; use operations on whole arrays, or Pass.repeat"
              .formatted(probe.name(), few, many));
    }
  }

  private int nodes(ReadyProbe ready) {
    try {
      OnnxGraph graph = exporter(ready).trace(manager);
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

  private static OnnxExporter exporter(ReadyProbe ready) {
    ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
    Map<Parameter, String> names = new LinkedHashMap<>();
    for (Parameter parameter : ready.initialised()) {
      names.putIfAbsent(parameter, names.size() + "." + parameter.getName());
    }
    return OnnxExporter.of(trace -> traced(ready, trace)).parameters(names, parameters.fixed());
  }

  private static Map<String, NDArray> traced(ReadyProbe ready, Trace trace) {
    int[] rows = SeededRows.rows(Math.toIntExact(trace.batch()));
    NDList inputs = new NDList();
    for (NDArray sample : ready.inputs(trace.samples(), DataType.FLOAT32, rows)) {
      inputs.add(trace.input(ready.probe().inputs().get(inputs.size()).name(), sample));
    }
    Pass pass = new Pass(trace.manager(), new TracedParameters(trace), false, inputs(trace, rows));
    NDList results = ready.probe().body().of(pass, inputs);
    Map<String, NDArray> outputs = new LinkedHashMap<>();
    results.forEach(result -> outputs.put("result " + outputs.size(), result));
    return outputs;
  }

  /** Noise as inputs of the graph. */
  private static Noise inputs(Trace trace, int... rows) {
    Noise samples = SeededRows.noise(trace.samples(), DataType.FLOAT32, 1, rows);
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
}
