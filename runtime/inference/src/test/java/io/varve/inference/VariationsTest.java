package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A self-supervised model that is computed by hand, every variable of shape [2]: y = x; u = y + e,
 * z = y + e inferred; y = u, z = u + e, x = y + z generated, with standard normal e.
 */
class VariationsTest {
  private static final long SEED = 7;
  private static final Long TWO = 2L;

  /** A few float32 operations on numbers below 1000. */
  private static final float ROUNDING = 1e-3f;

  @TempDir static Path folder;
  private static Bundle bundle;
  private static Variations exact;
  private static Variations drawn;

  @BeforeAll
  static void open() {
    Map<String, Manifest.Graph> graphs = new LinkedHashMap<>();
    graphs.put("infer", infer().write(folder, "infer.onnx"));
    graphs.put("infer y", inferFromY().write(folder, "infer-y.onnx"));
    graphs.put("carry u", carryU().write(folder, "carry-u.onnx"));
    graphs.put("carry y u", carryYu().write(folder, "carry-y-u.onnx"));
    graphs.put("carry u z", carryUz().write(folder, "carry-u-z.onnx"));
    ByteBuffer number = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    Safetensors.write(
        folder.resolve("parity.safetensors"),
        List.of(new Safetensors.Entry("carry u/1/in/u", "F32", new long[] {1}, number)),
        Map.of());
    Manifest.Space x = new Manifest.Space(List.of(TWO), 256);
    new Manifest(
            Manifest.FORMAT,
            "self",
            "0.1.0",
            TinyGraph.OPSET,
            "name: self",
            x,
            x,
            List.of(
                new Manifest.Variable("u", "latent", List.of(TWO), 0),
                new Manifest.Variable("y", "derived", List.of(TWO), 256),
                new Manifest.Variable("z", "latent", List.of(TWO), 0),
                new Manifest.Variable("x", "observed", List.of(TWO), 256)),
            graphs,
            List.of(),
            new Manifest.Parity("parity.safetensors", 1e-4, List.of(1)),
            new TreeMap<>(Manifest.hashes(folder)))
        .write(folder);
    bundle = Bundle.open(folder, BundleTest.onCpu());
    exact = new Variations(bundle, SEED, 0);
    drawn = new Variations(bundle, SEED, 1);
  }

  @AfterAll
  static void close() {
    bundle.close();
  }

  private static TinyGraph infer() {
    TinyGraph graph = new TinyGraph();
    String y = graph.flat(graph.image("x", TWO));
    graph.output("u", graph.op("Add", "sum.u", y, graph.noise("noise.u", "normal", TWO)), TWO);
    graph.output("y", y, TWO);
    graph.output("z", graph.op("Add", "sum.z", y, graph.noise("noise.z", "normal", TWO)), TWO);
    return graph;
  }

  private static TinyGraph inferFromY() {
    TinyGraph graph = new TinyGraph();
    String y = graph.carried("y", TWO);
    graph.output("u", graph.op("Add", "sum.u", y, graph.noise("noise.u", "normal", TWO)), TWO);
    return graph;
  }

  private static TinyGraph carryU() {
    TinyGraph graph = new TinyGraph();
    String u = graph.carried("u", TWO);
    String z = graph.op("Add", "sum.z", u, graph.noise("noise.z", "normal", TWO));
    graph.output("y", u, TWO);
    graph.output("x.mean", graph.op("Add", "sum.x", u, z), TWO);
    return graph;
  }

  private static TinyGraph carryYu() {
    TinyGraph graph = new TinyGraph();
    String y = graph.carried("y", TWO);
    String u = graph.carried("u", TWO);
    String z = graph.op("Add", "sum.z", u, graph.noise("noise.z", "normal", TWO));
    graph.output("x.mean", graph.op("Add", "sum.x", y, z), TWO);
    return graph;
  }

  private static TinyGraph carryUz() {
    TinyGraph graph = new TinyGraph();
    String u = graph.carried("u", TWO);
    graph.output("x.mean", graph.op("Add", "sum.x", u, graph.carried("z", TWO)), TWO);
    return graph;
  }

  private static float[] noise(String name, int row, int sample) {
    float[] noise = new float[2];
    Philox.normal(SEED, name, row, 1, sample, 2, noise);
    return noise;
  }

  @Test
  void infersFromADerivedVariable() {
    Tensor y = new Tensor(new long[] {2, 2}, new float[] {10, 20, 30, 40});
    Map<String, Tensor> inferred = bundle.inferFrom("y", y, SEED);
    assertThat(inferred).containsOnlyKeys("u");
    for (int i = 0; i < 4; i++) {
      float expected = y.values()[i] + noise("noise.u", i / 2, 0)[i % 2];
      assertThat(inferred.get("u").values()[i]).isCloseTo(expected, within(ROUNDING));
    }
  }

  @Test
  void superResolvesAsComputedByHand() {
    Tensor y = new Tensor(new long[] {2, 2}, new float[] {10, 20, 30, 40});
    float[] x = drawn.superResolve("y", y).get("x.mean").values();
    for (int i = 0; i < 4; i++) {
      float noise = noise("noise.u", i / 2, 0)[i % 2] + noise("noise.z", i / 2, 0)[i % 2];
      assertThat(x[i]).isCloseTo(2 * y.values()[i] + noise, within(ROUNDING));
    }
    assertThat(exact.superResolve("y", y).get("x.mean").values()).containsExactly(20, 40, 60, 80);
  }

  @Test
  void walksAlongTheGreatCircle() {
    byte[] from = {100, 0, 50, 50, 0, 0};
    byte[] to = {0, 100, 100, 100, 9, 12};
    List<Map<String, Tensor>> walk = exact.interpolate(from, to, Set.of("u"), 3);
    assertThat(walk).hasSize(3);
    float[] start = walk.get(0).get("x.mean").values();
    float[] middle = walk.get(1).get("x.mean").values();
    float[] end = walk.get(2).get("x.mean").values();
    float half = (float) (100 * Math.sqrt(0.5));
    assertThat(start).containsExactly(new float[] {200, 0, 100, 100, 0, 0}, within(ROUNDING));
    // A quarter circle; one direction, and a way from nothing: straight lines.
    float[] expected = {2 * half, 2 * half, 150, 150, 9, 12};
    assertThat(middle).containsExactly(expected, within(ROUNDING));
    assertThat(end).containsExactly(new float[] {0, 200, 200, 200, 18, 24}, within(ROUNDING));
  }

  @Test
  void drawsTheRestOfAWalkWithOneNoise() {
    byte[] image = {40, 60};
    List<Map<String, Tensor>> walk = drawn.interpolate(image, image, Set.of("u"), 4);
    float[] start = noise("noise.u", 0, 0);
    float[] end = noise("noise.u", 1, 0); // the second image is another row
    for (int i = 0; i < 2; i++) {
      float z = noise("noise.z", 0, 0)[i];
      assertThat(walk.get(0).get("x.mean").values()[i])
          .isCloseTo(2 * (image[i] + start[i]) + z, within(ROUNDING));
      assertThat(walk.get(3).get("x.mean").values()[i])
          .isCloseTo(2 * (image[i] + end[i]) + z, within(ROUNDING));
    }
  }

  @Test
  void drawsAgainWhatIsNotKept() {
    byte[] images = {10, 20, 30, 40};
    Tensor x = drawn.resample(images, Set.of("u"), 3).get("x.mean");
    assertThat(x.shape()).containsExactly(6, 2);
    for (int i = 0; i < 12; i++) {
      int draw = i / 4;
      int row = i / 2 % 2;
      float u = images[i % 4] + noise("noise.u", row, 0)[i % 2];
      float expected = 2 * u + noise("noise.z", row, draw)[i % 2];
      assertThat(x.values()[i]).isCloseTo(expected, within(ROUNDING));
    }
    float[] first = bundle.reconstruct(images, Set.of("u"), SEED, 1).get("x.mean").values();
    assertThat(Arrays.copyOf(x.values(), 4)).containsExactly(first);
  }

  @Test
  void servesManyThreads() {
    Tensor y = new Tensor(new long[] {1, 2}, new float[] {10, 20});
    float[] expected = drawn.superResolve("y", y).get("x.mean").values();
    IntStream.range(0, 100)
        .parallel()
        .forEach(
            i ->
                assertThat(drawn.superResolve("y", y).get("x.mean").values())
                    .containsExactly(expected));
  }

  @Test
  void offersTheModesThatItHasGraphsFor() {
    assertThat(Mode.of(bundle.manifest().variables()).stream().filter(bundle::offers))
        .extracting(Mode::name)
        .containsExactly("reconstruction-1", "reconstruction-2", "conditional-generation");
  }

  @Test
  void refusesBadRequestsInOneLine() {
    Tensor y = new Tensor(new long[] {1, 2}, new float[2]);
    Tensor wide = new Tensor(new long[] {1, 3}, new float[3]);
    refused(() -> drawn.superResolve("u", y), "'u' is no derived variable; this model's are [y]");
    refused(() -> drawn.superResolve("y", wide), "input 'y': shape [1, 3], expected [1, 2]");
    refused(() -> bundle.inferFrom("z", y, 1), "has no graph 'infer z', expected one of [infer,");
    refused(
        () -> drawn.interpolate(new byte[2], new byte[2], Set.of("y"), 2),
        "'y' is no latent variable, and only between those is there a way; this model's are [u, z]");
    refused(() -> drawn.interpolate(new byte[2], new byte[2], Set.of("u"), 1), "steps: 1, expect");
    refused(
        () -> drawn.interpolate(new byte[2], new byte[4], Set.of("u"), 2),
        "images: 2 bytes to start at and 4 to end at, expected as many");
    refused(
        () -> drawn.interpolate(new byte[2], new byte[2], Set.of("z"), 2),
        "cannot carry [z], expected one of [");
    refused(
        () -> drawn.interpolate(new byte[2], new byte[2], Set.of("z"), 2),
        "; export it again with --graphs '");
    refused(
        () -> drawn.resample(new byte[2], Set.of("u", "z"), 2),
        "nothing but pixels is left to draw where [u, z] are kept");
    refused(() -> drawn.resample(new byte[2], Set.of("u"), 0), "draws: 0");
    refused(() -> new Variations(bundle, 1, -1), "temperature: -1.0");
  }

  private static void refused(Runnable request, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(request::run)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }
}
