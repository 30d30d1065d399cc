package io.varve.export.bundle;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.bundle.BundleVerification;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.inference.bundle.VerifiedBundle;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Safetensors;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes bundles: traces each entry point, shares one weights file among the graphs, and checks
 * every graph in ONNX Runtime before the bundle appears.
 */
public final class BundleExport {
  /**
   * The relative error an output may show against DJL in single precision: the largest, or the mean
   * where it is drawn from a grid. That of a KL which is the difference log q - log p of one draw
   * is relative to the larger of the two.
   */
  public static final double TOLERANCE = 1e-4;

  private static final String WEIGHTS = "weights.safetensors";
  private static final String PARITY = "parity.safetensors";

  /** Pixels of the largest batch of a comparison, 32 images of CIFAR-10: it takes memory. */
  private static final long PARITY_PIXELS = 32 * 3 * 32 * 32;

  private static final int PARITY_LARGE = 32;

  /** Above the batch sizes that graphs are made from. */
  private static final int PARITY_LEAST = 9;

  /** Exact graphs are slow and differ only in the number of rounds, so one size is enough. */
  private static final int PARITY_EXACT = 2;

  private static final int STORED_LEVELS = 256;

  /** Of the inputs of a comparison, so that two exports of one model are the same bundle. */
  private static final int SEED = 1;

  private final Exported exported;
  private final NDManager manager;
  private final ParameterStore store;

  private BundleExport(Exported exported, NDManager manager) {
    this.exported = exported;
    this.manager = manager;
    this.store = exported.weights().store(manager, exported.vector());
  }

  /**
   * What an export did.
   *
   * @param worst the relative error of each graph against DJL, see {@link #TOLERANCE}
   * @param withoutCuda the nodes of each graph that would run on the CPU under CUDA, where there
   *     are any; see {@link VerifiedBundle#withoutCuda}
   */
  public record Result(
      Path bundle, Map<String, Double> worst, Map<String, Map<String, Integer>> withoutCuda) {}

  /**
   * Exports a model, whole or not at all.
   *
   * @param entries entry points as in {@code export:}
   * @param bundle a directory that does not exist yet, or an earlier bundle to replace
   * @throws IllegalArgumentException if an entry point is unknown, the place is taken, the model's
   *     code cannot be traced, or a graph misses {@link #TOLERANCE}
   */
  public static Result export(Exported exported, List<String> entries, Path bundle) {
    try (NDManager manager = exported.vector().getManager().newSubManager();
        BundlePlace place = new BundlePlace(bundle)) {
      BundleExport export = new BundleExport(exported, manager);
      Map<String, Double> worst = export.write(entries, place.building());
      // So that what is exported can be opened.
      VerifiedBundle verified = BundleVerification.verify(place.building());
      Map<String, Map<String, Integer>> withoutCuda = verified.withoutCuda();
      place.replace();
      return new Result(bundle, worst, withoutCuda);
    } catch (IOException e) {
      throw FileFault.unwritable(bundle, e);
    }
  }

  /**
   * Checks, before a long computation, that a bundle can be written there.
   *
   * @throws IllegalArgumentException one line: why it cannot
   */
  public static void requirePlace(Path bundle) {
    try {
      new BundlePlace(bundle).close();
    } catch (IOException e) {
      throw FileFault.unwritable(bundle, e);
    }
  }

  private Map<String, Double> write(List<String> entries, Path folder) {
    manager.getEngine().setRandomSeed(SEED);
    Map<EntryPoint, OnnxGraph> graphs = trace(entries);
    Map<String, Safetensors.Entry> used = new LinkedHashMap<>();
    for (OnnxGraph graph : graphs.values()) {
      graph.weights().forEach(weight -> used.putIfAbsent(weight.name(), weight));
    }
    Map<String, Safetensors.Tensor> stored =
        Safetensors.write(folder.resolve(WEIGHTS), List.copyOf(used.values()), Map.of());
    List<Safetensors.Entry> vectors = new ArrayList<>();
    Map<String, Double> worst = new LinkedHashMap<>();
    graphs.forEach(
        (point, graph) -> {
          Path file = folder.resolve(point.name().file());
          graph.write(file, stored, WEIGHTS);
          ParityGate parity = check(point, graph, file);
          worst.put(point.name().toString(), parity.worst());
          parity.vectors().forEach(v -> vectors.addAll(entries(point.name().toString(), v)));
        });
    Safetensors.write(folder.resolve(PARITY), vectors, Map.of());
    manifest(graphs, folder).write(folder);
    return worst;
  }

  private Map<EntryPoint, OnnxGraph> trace(List<String> entries) {
    Map<EntryPoint, OnnxGraph> graphs = new LinkedHashMap<>();
    for (GraphName name : inFull(entries)) {
      try {
        EntryPoint point = new EntryPoint(name, exported);
        graphs.put(point, exporter(point.code()).trace(manager));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("graph '" + name + "': " + e.getMessage(), e);
      }
    }
    return graphs;
  }

  /**
   * The entry points that {@code export:} asks for; {@code modes} is all that its modes and
   * super-resolution need.
   */
  private Set<GraphName> inFull(List<String> entries) {
    Set<GraphName> all = new LinkedHashSet<>();
    for (String entry : entries) {
      if (!entry.trim().equals(GraphName.MODES)) {
        all.add(GraphName.of(entry));
        continue;
      }
      if (exported.model().infers()) {
        all.add(GraphName.of("infer"));
      }
      Mode.of(variables()).forEach(mode -> all.add(GraphName.carrying(mode.carried())));
      for (Node node : exported.model().nodes()) {
        if (node instanceof Node.Derived && !exported.model().inferable(node.name()).isEmpty()) {
          all.add(GraphName.inferringFrom(node.name()));
        }
      }
    }
    return all;
  }

  private OnnxExporter exporter(Traced code) {
    return OnnxExporter.of(code).parameters(exported.weights().names(), store).folded();
  }

  /** Runs the graph beside the code. */
  private ParityGate check(EntryPoint point, OnnxGraph graph, Path file) {
    List<String> outputs = graph.outputs().stream().map(Port::name).toList();
    Set<String> tied = Manifest.tied(point.name().toString(), variables(), outputs);
    List<Integer> batches = point.name().exact() ? List.of(PARITY_EXACT) : parityBatches();
    ParityGate parity = exporter(point.reference()).check(file, manager, batches).onAverage(tied);
    try {
      return parity.without(Manifest.PASSES).require(TOLERANCE);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("graph '" + point.name() + "': " + e.getMessage(), e);
    }
  }

  /** One row, two, and many: 32, or fewer of large images. */
  private List<Integer> parityBatches() {
    long fitting = PARITY_PIXELS / exported.stored().size();
    return List.of(1, 2, (int) Math.max(PARITY_LEAST, Math.min(PARITY_LARGE, fitting)));
  }

  private static List<Safetensors.Entry> entries(String graph, ParityGate.Vectors vectors) {
    List<Safetensors.Entry> entries = new ArrayList<>();
    String prefix = graph + "/" + vectors.batch() + "/";
    vectors.inputs().forEach(e -> entries.add(renamed(prefix + "in/", e)));
    vectors.outputs().forEach(e -> entries.add(renamed(prefix + "out/", e)));
    vectors.scales().forEach(e -> entries.add(renamed(prefix + "scale/", e)));
    return entries;
  }

  private static Safetensors.Entry renamed(String prefix, Safetensors.Entry entry) {
    return new Safetensors.Entry(prefix + entry.name(), entry.type(), entry.shape(), entry.data());
  }

  private Manifest manifest(Map<EntryPoint, OnnxGraph> graphs, Path folder) {
    Map<String, Manifest.Graph> entries = new LinkedHashMap<>();
    graphs.forEach((point, graph) -> entries.put(point.name().toString(), describe(point, graph)));
    Space x = exported.model().spaces().get(exported.model().observed());
    return new Manifest(
        Manifest.FORMAT,
        exported.name(),
        exported.varve(),
        OnnxGraph.OPERATOR_SET,
        exported.yaml(),
        new Manifest.Space(list(exported.stored()), STORED_LEVELS),
        new Manifest.Space(list(x.shape()), x.levels()),
        variables(),
        entries,
        exported.plugins(),
        new Manifest.Parity(PARITY, TOLERANCE, parityBatches()),
        Manifest.hashes(folder));
  }

  private List<Manifest.Variable> variables() {
    return exported.model().variables(Manifest.Variable::new);
  }

  private static Manifest.Graph describe(EntryPoint point, OnnxGraph graph) {
    List<Manifest.Port> inputs = new ArrayList<>();
    List<Manifest.Noise> noise = new ArrayList<>();
    for (Port port : graph.inputs()) {
      Manifest.Noise known = point.noise().get(port.name());
      if (known == null) {
        inputs.add(port(port));
      } else {
        noise.add(known);
      }
    }
    List<Manifest.Port> outputs = graph.outputs().stream().map(BundleExport::port).toList();
    return new Manifest.Graph(point.name().file(), inputs, noise, outputs);
  }

  private static Manifest.Port port(Port port) {
    String type = port.type().name().toLowerCase(Locale.ROOT);
    return new Manifest.Port(port.name(), type, list(port.event()));
  }

  /** A shape as the manifest writes it. */
  static List<Long> list(Shape shape) {
    return Arrays.stream(shape.getShape()).boxed().toList();
  }
}
