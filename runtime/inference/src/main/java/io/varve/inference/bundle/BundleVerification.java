package io.varve.inference.bundle;

import io.varve.inference.file.OnnxFile;
import io.varve.inference.file.OnnxGraph;
import io.varve.inference.file.Safetensors;
import io.varve.inference.graph.ElementType;
import io.varve.inference.graph.GraphCheck;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks a bundle completely before native code reads a byte of it. A failure is an {@link
 * IllegalArgumentException} of one line that names the file.
 */
public final class BundleVerification {
  /** The versions of the format and of its operators whose rules are known here. */
  private static final long IR_VERSION = 9;

  private static final int OPERATOR_SET = 20;

  private static final long LONGEST_GRAPH = 64 << 20;

  private final BundleFiles files;
  private final Manifest manifest;

  private BundleVerification(BundleFiles files) {
    this.files = files;
    this.manifest = Manifest.read(files);
  }

  /**
   * Reads a bundle, checks it and returns what was read.
   *
   * @param graphs those that are wanted; of the others only the hashes are checked, and they are
   *     not returned. All where none of these is there, or none is given
   * @throws IllegalArgumentException one line, if anything about it is not as it must be
   */
  public static VerifiedBundle verify(Path bundle, Set<String> graphs) {
    return Gate.through(
        bundle, () -> new BundleVerification(new BundleFiles(bundle)).verified(graphs));
  }

  /**
   * Reads a bundle with all of its graphs, checks it and returns what was read.
   *
   * @throws IllegalArgumentException one line, if anything about it is not as it must be
   */
  public static VerifiedBundle verify(Path bundle) {
    return verify(bundle, Set.of());
  }

  private VerifiedBundle verified(Set<String> wanted) {
    Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
    for (String name : names(wanted)) {
      String file = manifest.graphs().get(name).file();
      bytes.put(name, files.read(file, LONGEST_GRAPH, hash(file)));
    }
    Map<String, OnnxFile> graphs = new LinkedHashMap<>();
    bytes.forEach((name, file) -> graphs.put(name, OnnxFile.readWritten(file(name), file)));
    graphs.forEach(this::verifyInterface);
    // To read and hash the weights takes about as long as to check the graphs.
    Aside<Boolean> checks = new Aside<>("varve-bundle-check", () -> verifyGraphs(graphs));
    Map<String, Safetensors> weights = new TreeMap<>();
    graphs.forEach((name, graph) -> verifyExternals(file(name), graph, weights));
    weights.values().forEach(Safetensors::requireFinite);
    Set<String> used = new TreeSet<>(weights.keySet());
    graphs.keySet().forEach(name -> used.add(manifest.graphs().get(name).file()));
    for (String name : manifest.files().keySet()) {
      if (!used.contains(name)) {
        files.check(name, hash(name));
      }
    }
    checks.result();
    Map<String, VerifiedBundle.Graph> verified = new LinkedHashMap<>();
    graphs.forEach(
        (name, graph) ->
            verified.put(name, new VerifiedBundle.Graph(bytes.get(name), graph.externals())));
    return new VerifiedBundle(files.root(), manifest, verified, weights);
  }

  /** The graphs to check. */
  private Set<String> names(Set<String> wanted) {
    Set<String> names = new LinkedHashSet<>(manifest.graphs().keySet());
    if (names.stream().anyMatch(wanted::contains)) {
      names.retainAll(wanted);
    }
    return names;
  }

  private Path file(String graph) {
    return files.path(manifest.graphs().get(graph).file());
  }

  private String hash(String name) {
    return manifest.files().get(name);
  }

  private void verifyInterface(String name, OnnxFile onnx) {
    verifyVersions(file(name), onnx);
    verifyEntryPoint(name, manifest.graphs().get(name));
  }

  private boolean verifyGraphs(Map<String, OnnxFile> graphs) {
    graphs.forEach(this::verifyGraph);
    return true;
  }

  private void verifyGraph(String name, OnnxFile onnx) {
    Manifest.Graph graph = manifest.graphs().get(name);
    try {
      GraphCheck.check(onnx.graph(), ports(graph.allInputs()), ports(graph.outputs()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file(name) + ": " + e.getMessage(), e);
    }
  }

  /** Checks that graphs of images have the inputs and outputs that {@code Bundle} relies on. */
  private void verifyEntryPoint(String name, Manifest.Graph graph) {
    Optional<GraphName> known = GraphName.find(name);
    String where = files.path(Manifest.FILE) + ": graphs." + name;
    if (known.filter(GraphName::takesImages).isPresent()) {
      Manifest.Space image = manifest.data();
      boolean images =
          graph.inputs().size() == 1
              && graph.inputs().get(0).type().equals("uint8")
              && graph.inputs().get(0).shape().equals(image.shape());
      if (!images) {
        String expected = "one of type uint8 and shape " + image.shape();
        throw refused(where, "inputs " + graph.inputs(), expected);
      }
    }
    List<Manifest.Port> outputs = graph.outputs();
    for (String output : known.map(BundleVerification::wanted).orElse(List.of())) {
      boolean there = outputs.contains(new Manifest.Port(output, "float32", List.of()));
      if (!there) {
        throw refused(where, "outputs " + outputs, "'" + output + "' of shape [] among them");
      }
    }
  }

  private static List<String> wanted(GraphName graph) {
    return switch (graph.kind()) {
      case BOUND -> List.of("bound", "bits_per_dim");
      case IMPORTANCE -> List.of("log_weight");
      default -> List.of();
    };
  }

  private void verifyVersions(Path file, OnnxFile onnx) {
    require(
        manifest.opset() == OPERATOR_SET,
        files.path(Manifest.FILE),
        "opset " + manifest.opset(),
        "" + OPERATOR_SET);
    require(onnx.irVersion() == IR_VERSION, file, "format " + onnx.irVersion(), "" + IR_VERSION);
    List<OnnxFile.OperatorSet> sets = onnx.operatorSets();
    boolean expected =
        sets.size() == 1 && sets.get(0).domain().isEmpty() && sets.get(0).version() == OPERATOR_SET;
    if (!expected) {
      throw refused(file, "operator sets " + sets, "only ai.onnx " + OPERATOR_SET);
    }
  }

  static List<GraphCheck.Port> ports(List<Manifest.Port> ports) {
    return ports.stream()
        .map(
            port ->
                new GraphCheck.Port(
                    port.name(),
                    port.type().equals("uint8") ? ElementType.UINT8 : ElementType.FLOAT32,
                    port.shape()))
        .toList();
  }

  private void verifyExternals(Path file, OnnxFile onnx, Map<String, Safetensors> weights) {
    for (OnnxGraph.Tensor tensor : onnx.graph().initializers()) {
      if (tensor.external().isPresent()) {
        verifyExternal(file, tensor, weights);
      }
    }
  }

  /** Checks that a parameter is the tensor of its name in a listed safetensors file. */
  private void verifyExternal(
      Path file, OnnxGraph.Tensor tensor, Map<String, Safetensors> weights) {
    OnnxGraph.External external = tensor.external().orElseThrow();
    String where = file + ": tensor '" + tensor.name() + "'";
    String location = external.location();
    boolean listed = manifest.files().containsKey(location) && location.endsWith(".safetensors");
    require(listed, where, "its data in '" + location + "'", "a safetensors file of the bundle");
    Safetensors.Tensor stored =
        weights
            .computeIfAbsent(location, name -> files.tensors(name, hash(name)))
            .tensors()
            .get(tensor.name());
    require(stored != null, where, "no tensor of this name in " + location, "it there");
    String type = ElementType.of(tensor.type()).map(ElementType::safetensors).orElse("unknown");
    List<Long> shape = Arrays.stream(stored.shape()).boxed().toList();
    String found = type + " of shape " + tensor.dims();
    boolean same = type.equals(stored.type()) && tensor.dims().equals(shape);
    require(same, where, found, stored.type() + " of shape " + shape + ", as in " + location);
    long end = stored.offset() + stored.length();
    boolean there = external.offset() == stored.offset() && external.length() == stored.length();
    String place = external.length() + " bytes from " + external.offset();
    require(there, where, place, "bytes " + stored.offset() + " to " + end + " of " + location);
  }

  private static void require(boolean condition, Object where, String found, String expected) {
    if (!condition) {
      throw refused(where, found, expected);
    }
  }

  private static IllegalArgumentException refused(Object where, String found, String expected) {
    return new IllegalArgumentException(where + ": found " + found + ", expected " + expected);
  }
}
