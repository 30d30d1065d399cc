package io.varve.export.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.Traced;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
}
