package io.varve.export.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.onnxruntime.OnnxRuntime;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import io.varve.spi.Solves.Stop;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracedParametersTest {
  /** Single precision over a few operations. */
  private static final double TOLERANCE = 1e-5;

  /** What a component writes with {@code Pass.repeat} is one loop in the graph. */
  @Test
  void recordsTheLoopsOfAPass(@TempDir Path folder) throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter scale = Parameter.builder().setName("a").setType(Parameter.Type.OTHER).build();
      scale.setArray(manager.create(new float[] {0.5f, -0.25f, 0.1f}));
      Traced code =
          trace -> {
            NDArray x = trace.input("x", trace.samples().randomNormal(new Shape(trace.batch(), 3)));
            Pass pass = new Pass(trace.manager(), new TracedParameters(trace), false, null);
            NDList found =
                pass.repeat(
                    1000,
                    new NDList(x, x.abs()),
                    s -> s.get(1).gt(Ops.constant(x, 1e-6)).any(),
                    s -> {
                      NDArray y = s.get(0).mul(pass.value(scale)).add(x);
                      return new NDList(y, y.sub(s.get(0)).abs());
                    });
            return Map.of("y", found.get(0));
          };
      OnnxExporter exporter =
          OnnxExporter.of(code).parameters(Map.of(scale, "a"), new ParameterStore(manager, false));
      Path file = folder.resolve("loop.onnx");
      Files.write(file, exporter.trace(manager).toBytes());
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("Loop");
      assertThat(Files.size(file)).isLessThan(4000);
      exporter.check(file, manager).require(TOLERANCE);
    }
  }

  private static final int SIZE = 12;

  /** x = u + tanh(A x), solved in a graph of one or another matrix A. */
  private static Traced solving(Parameter a, Stop stop) {
    return trace -> {
      NDArray u = trace.input("u", trace.samples().randomNormal(new Shape(trace.batch(), SIZE)));
      TracedParameters parameters = new TracedParameters(trace, stop);
      Pass pass = new Pass(trace.manager(), parameters, false, null);
      NDArray weights = pass.value(a).transpose();
      NDList found =
          pass.fixedPoint(SIZE, 1e-6, u, x -> new NDList(u.add(x.matMul(weights).tanh()), x.neg()));
      Map<String, NDArray> outputs = new LinkedHashMap<>();
      outputs.put("x", found.get(0));
      outputs.put("before", found.get(1));
      outputs.putAll(parameters.solved());
      return outputs;
    };
  }

  /** Random weights below the diagonal of a matrix [12, 12], or everywhere but on it. */
  private static Parameter matrix(NDManager manager, boolean triangular) {
    float[] a = new float[SIZE * SIZE];
    Random random = new Random(7);
    for (int i = 0; i < a.length; i++) {
      float drawn = (float) random.nextGaussian();
      boolean open = triangular ? i % SIZE < i / SIZE : i % SIZE != i / SIZE;
      a[i] = open ? (triangular ? 0.3f : 2) * drawn : 0;
    }
    Parameter parameter = Parameter.builder().setName("a").setType(Parameter.Type.OTHER).build();
    parameter.setArray(manager.create(a, new Shape(SIZE, SIZE)));
    return parameter;
  }

  /** What a graph gives at a batch of 4, by output. */
  private static Map<String, float[]> run(Path file, float[] u) throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor tensor =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(u), new long[] {4, SIZE});
        OrtSession.Result result = session.run(Map.of("u", tensor))) {
      Map<String, float[]> values = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        FloatBuffer buffer = ((OnnxTensor) output.getValue()).getFloatBuffer();
        float[] array = new float[buffer.remaining()];
        buffer.get(array);
        values.put(output.getKey(), array);
      }
      return values;
    }
  }

  private static Map<String, float[]> solved(NDManager manager, Parameter a, Stop stop, Path file)
      throws IOException, OrtException {
    ParameterStore store = new ParameterStore(manager, false);
    OnnxExporter exporter = OnnxExporter.of(solving(a, stop)).parameters(Map.of(a, "a"), store);
    Files.write(file, exporter.trace(manager).toBytes());
    float[] u = new float[4 * SIZE];
    Random random = new Random(3);
    for (int i = 0; i < u.length; i++) {
      u[i] = (float) random.nextGaussian();
    }
    return run(file, u);
  }

  @Test
  void fixedPointInAGraphIsTheExactSolution(@TempDir Path folder) throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter a = matrix(manager, true);
      Map<String, float[]> found = solved(manager, a, Stop.CONVERGED, folder.resolve("some.onnx"));
      Map<String, float[]> exact = solved(manager, a, Stop.NEVER, folder.resolve("every.onnx"));
      assertThat(exact.get(Manifest.PASSES)).hasSize(4).containsOnly(SIZE + 1);
      assertThat(exact.get(Manifest.RESIDUAL)).hasSize(4).containsOnly(0);
      assertThat(found.get(Manifest.PASSES)[0]).isLessThanOrEqualTo(SIZE + 1);
      assertThat(found.get("x")).containsExactly(exact.get("x"), within((float) TOLERANCE));
      assertThat(found.get(Manifest.RESIDUAL)).containsExactly(changes(found), within(1e-7f));
    }
  }

  @Test
  void graphReportsALargeResidualWhereTheMapIsNotTriangular(@TempDir Path folder) throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      Parameter a = matrix(manager, false);
      Map<String, float[]> found = solved(manager, a, Stop.CONVERGED, folder.resolve("some.onnx"));
      assertThat(found.get(Manifest.PASSES)).containsOnly(SIZE + 1);
      assertThat(found.get(Manifest.RESIDUAL)).containsExactly(changes(found), within(1e-6f));
      float worst = 0; // a row whose tanh are at their ends may converge all the same
      for (float residual : found.get(Manifest.RESIDUAL)) {
        worst = Math.max(worst, residual);
      }
      assertThat(worst).isGreaterThan(0.1f);
    }
  }

  /** How far the last round moved each row, by hand: |x - before| / (1 + |x|) at most. */
  private static float[] changes(Map<String, float[]> found) {
    float[] changes = new float[4];
    for (int i = 0; i < 4 * SIZE; i++) {
      float x = found.get("x")[i];
      float change = Math.abs(x + found.get("before")[i]) / (1 + Math.abs(x)); // before, negated
      changes[i / SIZE] = Math.max(changes[i / SIZE], change);
    }
    return changes;
  }

  @Test
  void refusesAFixedPointWithinALoop() {
    try (NDManager manager = NDManager.newBaseManager()) {
      Traced code =
          trace -> {
            NDArray u = trace.input("u", trace.samples().randomNormal(new Shape(trace.batch(), 2)));
            Pass pass = new Pass(trace.manager(), new TracedParameters(trace), false, null);
            UnaryOperator<NDList> solving =
                s -> new NDList(pass.fixedPoint(2, 0, u, x -> new NDList(x.neg())).head());
            return Map.of("x", pass.repeat(3, new NDList(u), solving).head());
          };
      assertThatThrownBy(() -> OnnxExporter.of(code).trace(manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("within the body of a loop");
    }
  }
}
