package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureGraphTest {
  private static final String WEIGHTS = "w.safetensors";

  /** Float rounding of a sum of four terms. */
  private static final float ROUNDING = 1e-5f;

  @TempDir Path folder;

  @Test
  void returnsFeaturesOfImages() throws IOException {
    Path file = write(WEIGHTS, tensor(0));
    try (FeatureGraph graph = FeatureGraph.open(file, "", onCpu())) {
      assertThat(graph.inputShape()).containsExactly(-1L, 1L, 2L, 2L);
      float[] images = {1, 0, 0, 0, 0, 0, 0, 2};
      Tensor features = graph.features(new Tensor(new long[] {2, 1, 2, 2}, images));
      assertThat(features.shape()).containsExactly(2, 3);
      float[] expected = {1, 2, 3, 20, 22, 24};
      assertThat(features.values()).containsExactly(expected, within(ROUNDING));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> graph.features(new Tensor(new long[] {1, 1, 1, 2}, new float[2])))
          .withMessageContaining("cannot run it on images [1, 1, 1, 2]");
    }
    String before = hash(file);
    Files.write(folder.resolve(WEIGHTS), new byte[8], java.nio.file.StandardOpenOption.APPEND);
    assertThat(hash(file)).as("of other weights").isNotEqualTo(before);
  }

  private static String hash(Path file) {
    try (FeatureGraph graph = FeatureGraph.open(file, "", onCpu())) {
      return graph.sha256();
    }
  }

  @Test
  void refusesDataFromElsewhere() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Safetensors.Tensor tensor = tensor(0);
    Path outside = folder.resolve(WEIGHTS);
    Files.createSymbolicLink(inner.resolve("link"), outside);
    for (String location : List.of("../" + WEIGHTS, outside.toString(), "link", "absent", "")) {
      TinyGraph.write(graph(location, tensor).model(), inner.resolve("f.onnx"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureGraph.open(inner.resolve("f.onnx"), "", onCpu()))
          .withMessageContaining("expected a file in the folder of the graph");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureGraph.open(write(WEIGHTS, tensor(100_000)), "", onCpu()))
        .withMessageContaining("expected them within its");
  }

  @Test
  void refusesWhatIsNoExtractor() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureGraph.open(folder.resolve("absent"), "", onCpu()))
        .withMessageContaining("no such file");
    Path text = Files.writeString(folder.resolve("text.onnx"), "no graph at all");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureGraph.open(text, "", onCpu()))
        .withMessageContaining("is no ONNX file");
    Path file = write(WEIGHTS, tensor(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureGraph.open(file, "pool", onCpu()))
        .withMessageContaining("has the outputs [features], expected 'pool' in it");
    TinyGraph bytes = new TinyGraph();
    bytes.output("features", bytes.flat(bytes.image("x", 1L, 2L, 2L)), 4L);
    TinyGraph.write(bytes.model(), file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureGraph.open(file, "", onCpu()))
        .withMessageContaining("expected float32 images of four dimensions");
  }

  private Path write(String location, Safetensors.Tensor tensor) {
    Path file = folder.resolve("f.onnx");
    TinyGraph.write(graph(location, tensor).model(), file);
    return file;
  }

  private static TinyGraph graph(String location, Safetensors.Tensor tensor) {
    TinyGraph graph = new TinyGraph();
    String flat = graph.flat(graph.carried("x", 1L, 2L, 2L));
    String product = graph.op("MatMul", "product", flat, graph.weight(tensor, location));
    graph.output("features", product, 3L);
    return graph;
  }

  /** Writes a matrix [4, 3] of 1 to 12; says that it lies further on by so much. */
  private Safetensors.Tensor tensor(long shift) {
    ByteBuffer data = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i <= 12; i++) {
      data.putFloat(i);
    }
    Safetensors.Entry entry = new Safetensors.Entry("W", "F32", new long[] {4, 3}, data.flip());
    Safetensors.Tensor tensor =
        Safetensors.write(folder.resolve(WEIGHTS), List.of(entry), Map.of()).get("W");
    return new Safetensors.Tensor(
        "W", "F32", tensor.shape(), tensor.offset() + shift, tensor.length());
  }

  private static InferenceOptions onCpu() {
    return InferenceOptions.of().withDevice("cpu").withThreads(1);
  }
}
