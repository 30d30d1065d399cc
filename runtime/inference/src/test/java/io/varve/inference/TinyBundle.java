package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model small enough to compute by hand: x of shape [1, 2, 2] in 0..255, z = x W + epsilon of
 * shape [3], x.mean = z V, and a draw x that adds a uniform.
 */
public final class TinyBundle {
  public static final int PIXELS = 4;
  static final int LATENTS = 3;
  private static final float[] W = {
    .1f, -.2f, .3f, .01f, .02f, -.03f, -.1f, .1f, .2f, .05f, 0, -.05f
  };
  static final float[] V = {1, 2, 3, 4, -1, 0, 1, .5f, .25f, -.25f, 0, 2};
  public static final String WEIGHTS = "weights.safetensors";

  /** The weights W [4, 3] of q(z | x), row by row. */
  public static float[] w() {
    return W.clone();
  }

  private final Path folder;
  private final Map<String, Safetensors.Tensor> weights;
  private final Map<String, Manifest.Graph> graphs = new LinkedHashMap<>();
  private final boolean pictures;

  private TinyBundle(Path folder, float[] w, boolean pictures) {
    this.pictures = pictures;
    this.folder = folder;
    this.weights =
        Safetensors.write(
            folder.resolve(WEIGHTS),
            List.of(entry("W", w, PIXELS, LATENTS), entry("V", V, LATENTS, PIXELS)),
            Map.of());
  }

  /** Writes a bundle, all but its manifest. */
  public static TinyBundle files(Path folder) {
    return files(folder, W);
  }

  public static TinyBundle files(Path folder, float[] w) {
    return files(folder, w, false);
  }

  private static TinyBundle files(Path folder, float[] w, boolean pictures) {
    TinyBundle bundle = new TinyBundle(folder, w, pictures);
    bundle.graphs.put("bound", bundle.bound().write(folder, "bound.onnx"));
    bundle.graphs.put("importance", bundle.importance().write(folder, "importance.onnx"));
    bundle.graphs.put("infer", bundle.infer().write(folder, "infer.onnx"));
    bundle.graphs.put("generate", bundle.generate().write(folder, "generate.onnx"));
    bundle.graphs.put("carry z", bundle.carry(false).write(folder, "carry-z.onnx"));
    bundle.graphs.put("exact carry z", bundle.carry(true).write(folder, "exact-carry-z.onnx"));
    Safetensors.write(folder.resolve("parity.safetensors"), bundle.parity(0), Map.of());
    return bundle;
  }

  /** A whole bundle. */
  public static Path write(Path folder) {
    files(folder).manifest().write(folder);
    return folder;
  }

  /** A whole bundle that gives {@code pixels.mean} as well, which its recorded run lacks. */
  static Path writePictures(Path folder) {
    files(folder, W, true).manifest().write(folder);
    return folder;
  }

  public Map<String, Safetensors.Tensor> weights() {
    return weights;
  }

  public Map<String, Manifest.Graph> graphs() {
    return graphs;
  }

  public Manifest manifest() {
    return manifest(new TreeMap<>(Manifest.hashes(folder)));
  }

  public Manifest manifest(Map<String, String> files) {
    Manifest.Space space = new Manifest.Space(List.of(1L, 2L, 2L), 256);
    return new Manifest(
        Manifest.FORMAT,
        "tiny",
        "0.1.0",
        TinyGraph.OPSET,
        "name: tiny\nmodel: \"<none>\"\n",
        space,
        space,
        List.of(
            new Manifest.Variable("z", "latent", List.of((long) LATENTS), 0),
            new Manifest.Variable("x", "observed", List.of(1L, 2L, 2L), 256)),
        graphs,
        List.of(new Manifest.Plugin("varve-networks", "0.1.0", "", List.of("mlp"))),
        new Manifest.Parity("parity.safetensors", 1e-4, List.of(1)),
        files);
  }

  /** The recorded run of {@code carry z}, wrong by {@code error}. */
  List<Safetensors.Entry> parity(float error) {
    return List.of(
        entry("carry z/1/in/z", new float[] {2, 0, 0}, 1, LATENTS),
        entry("carry z/1/in/noise.x", new float[] {.5f, .25f, .75f, .125f}, 1, 1, 2, 2),
        entry("carry z/1/out/x.mean", new float[] {2 + error, 4, 6, 8}, 1, 1, 2, 2),
        entry("carry z/1/out/x", new float[] {2.5f, 4.25f, 6.75f, 8.125f}, 1, 1, 2, 2),
        entry("carry z/1/out/" + Manifest.RESIDUAL, new float[] {2}, 1),
        entry("carry z/1/out/" + Manifest.PASSES, new float[] {8}, 1)); // not compared
  }

  public TinyGraph infer() {
    TinyGraph graph = new TinyGraph();
    graph.output("z", latent(graph), (long) LATENTS);
    return graph;
  }

  TinyGraph bound() {
    TinyGraph graph = new TinyGraph();
    String z = latent(graph);
    graph.output("bound", graph.sum(z));
    graph.output("bits_per_dim", graph.op("Neg", "minus", graph.sum(graph.op("Abs", "abs", z))));
    graph.output("log_p.x", graph.sum(graph.op("Tanh", "tanh", z)));
    graph.output("kl.z", graph.sum(graph.op("Mul", "square", z, z)));
    return graph;
  }

  TinyGraph importance() {
    TinyGraph graph = new TinyGraph();
    graph.output("log_weight", graph.sum(latent(graph)));
    return graph;
  }

  TinyGraph generate() {
    TinyGraph graph = new TinyGraph();
    String z = graph.noise("noise.z", "normal", (long) LATENTS);
    graph.output("z", z, (long) LATENTS);
    observed(graph, z);
    return graph;
  }

  /** As if x were iterated, with a residual of the sum of z, or none. */
  TinyGraph carry(boolean exact) {
    TinyGraph graph = new TinyGraph();
    String z = graph.carried("z", (long) LATENTS);
    observed(graph, z);
    String left = graph.sum(z);
    graph.output(Manifest.RESIDUAL, exact ? graph.op("Sub", "none", left, left) : left);
    graph.output(Manifest.PASSES, graph.op("Exp", "passes", left));
    return graph;
  }

  private String latent(TinyGraph graph) {
    String x = graph.flat(graph.image("x", 1L, 2L, 2L));
    String mean = graph.op("MatMul", "mean", x, graph.weight(weights.get("W"), WEIGHTS));
    return graph.op("Add", "latent", mean, graph.noise("noise.z", "normal", (long) LATENTS));
  }

  private void observed(TinyGraph graph, String z) {
    String flat = graph.op("MatMul", "decoded", z, graph.weight(weights.get("V"), WEIGHTS));
    String shape = graph.constant("shape", -1L, 1L, 2L, 2L);
    String mean = graph.op("Reshape", "shaped", flat, shape);
    graph.output("x.mean", mean, 1L, 2L, 2L);
    if (pictures) {
      graph.output("pixels.mean", mean, 1L, 2L, 2L);
    }
    String noise = graph.noise("noise.x", "uniform", 1L, 2L, 2L);
    graph.output("x", graph.op("Add", "draw", mean, noise), 1L, 2L, 2L);
  }

  static Safetensors.Entry entry(String name, float[] values, long... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return new Safetensors.Entry(name, "F32", shape, data);
  }
}
