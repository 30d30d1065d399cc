package io.varve.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.inference.file.OnnxGraph;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of CUDA kernels, and what it says of graphs. */
class CudaKernelsTest {
  private static final int FLOAT = 1;

  @Test
  void knowsEveryOperatorThatABundleMayUse() {
    assertThat(CudaKernels.all().keySet()).isEqualTo(Operators.names());
    assertThat(CudaKernels.all().get("MatMul"))
        .containsExactlyInAnyOrder(ElementType.FLOAT32, ElementType.FLOAT64);
    assertThat(CudaKernels.all().get("Sinh")).isEmpty();
  }

  /** A new version has other kernels: read the table anew, as its head says. */
  @Test
  void isThatOfThisOnnxRuntime() throws IOException {
    try (InputStream table = CudaKernels.class.getResourceAsStream("cuda-kernels.csv")) {
      assertThat(new String(table.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("# The CUDA kernels of ONNX Runtime " + OnnxRuntime.version() + " ");
    }
  }

  private static OnnxGraph.Node node(String operator, String output, String... inputs) {
    return new OnnxGraph.Node(operator, List.of(inputs), List.of(output), Map.of());
  }

  private static Map<String, Integer> missing(OnnxGraph.Node... nodes) {
    Optional<List<Long>> rows = Optional.of(List.of(-1L, 2L));
    OnnxGraph graph =
        new OnnxGraph(
            "test",
            List.of(nodes),
            List.of(),
            List.of(new OnnxGraph.Value("x", FLOAT, rows)),
            List.of(new OnnxGraph.Value("y", FLOAT, rows)));
    return CudaKernels.missing(
        graph, List.of(new GraphCheck.Port("x", ElementType.FLOAT32, List.of(2L))));
  }

  @Test
  void catchesAPlantedSinh() {
    assertThat(missing(node("Exp", "y", "x"))).isEmpty();
    assertThat(missing(node("Sinh", "a", "x"), node("Exp", "b", "a"), node("Sinh", "y", "b")))
        .isEqualTo(Map.of("Sinh FLOAT32", 2));
  }

  /** The type counts, and that of a choice is the type of what is chosen. */
  @Test
  void looksAtTheTypeOfTheData() {
    OnnxGraph.Node above = node("Greater", "c", "x", "x");
    assertThat(missing(above, node("Where", "y", "c", "x", "x"))).isEmpty();
    assertThat(missing(above, node("Where", "b", "c", "c", "c"), cast("b", "y")))
        .isEqualTo(Map.of("Where BOOL", 1));
  }

  private static OnnxGraph.Node cast(String input, String output) {
    return new OnnxGraph.Node(
        "Cast",
        List.of(input),
        List.of(output),
        Map.of("to", new OnnxGraph.Attribute(2, Optional.of((long) FLOAT))));
  }
}
