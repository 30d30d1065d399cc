package io.varve.inference.bundle;

import io.varve.inference.file.OnnxFile;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks a bundle completely before native code reads a byte of it. A failure is an {@link
 * IllegalArgumentException} of one line that names the file.
 */
public final class BundleVerification {
  /**
   * The operators of {@code ai.onnx} that a bundle may use: pure functions of their inputs on
   * tensors of numbers. Nothing random, nothing that reaches outside, no strings, no sequences.
   */
  private static final Set<String> OPERATORS =
      Stream.of(
              "Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool",
              "BatchNormalization BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast",
              "CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat Constant",
              "ConstantOfShape Conv ConvTranspose Cos Cosh CumSum DepthToSpace Det Div Einsum",
              "Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather GatherElements GatherND",
              "Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample",
              "GroupNormalization HardSigmoid HardSwish Hardmax Identity If",
              "InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less",
              "LessOrEqual Log LogSoftmax Loop LpNormalization MatMul Max MaxPool Mean",
              "MeanVarianceNormalization Min Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad",
              "Pow QuantizeLinear DequantizeLinear RNN Range Reciprocal ReduceL1 ReduceL2",
              "ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum",
              "ReduceSumSquare Relu Reshape Resize Round Scan ScatterElements ScatterND Selu",
              "Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign",
              "SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK",
              "Transpose Trilu Unsqueeze Where Xor")
          .flatMap(line -> Stream.of(line.split(" ")))
          .collect(Collectors.toUnmodifiableSet());

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
   * @throws IllegalArgumentException one line, if anything about it is not as it must be
   */
  public static VerifiedBundle verify(Path bundle) {
    return new BundleVerification(new BundleFiles(bundle)).verify();
  }

  private VerifiedBundle verify() {
    Map<String, ByteBuffer> graphs = new LinkedHashMap<>();
    Set<String> used = new TreeSet<>();
    manifest
        .graphs()
        .forEach(
            (name, graph) -> {
              ByteBuffer bytes = files.read(graph.file(), LONGEST_GRAPH, hash(graph.file()));
              graphs.put(name, bytes);
              used.add(graph.file());
            });
    Map<String, Safetensors> weights = new TreeMap<>();
    graphs.forEach((name, bytes) -> verifyGraph(name, bytes, weights));
    weights.values().forEach(Safetensors::requireFinite);
    used.addAll(weights.keySet());
    for (String name : manifest.files().keySet()) {
      if (!used.contains(name)) {
        files.check(name, hash(name));
      }
    }
    return new VerifiedBundle(files.root(), manifest, graphs, weights);
  }

  private String hash(String name) {
    return manifest.files().get(name);
  }

  private void verifyGraph(String name, ByteBuffer bytes, Map<String, Safetensors> weights) {
    Manifest.Graph graph = manifest.graphs().get(name);
    Path file = files.path(graph.file());
    OnnxFile onnx = OnnxFile.read(file, bytes.duplicate());
    verifyOperators(file, onnx);
    verifyNames(file, graph, onnx);
    verifyEntryPoint(name, graph);
    for (OnnxFile.External external : onnx.externals()) {
      verifyExternal(file, external, weights);
    }
  }

  /** Checks that graphs of images have the inputs and outputs that {@code Bundle} relies on. */
  private void verifyEntryPoint(String name, Manifest.Graph graph) {
    Optional<GraphName> known = GraphName.find(name);
    String where = files.path(Manifest.FILE) + ": graphs." + name;
    if (known.filter(GraphName::takesImages).isPresent()) {
      Manifest.Port image = new Manifest.Port("", "uint8", manifest.data().shape());
      boolean images =
          graph.inputs().size() == 1
              && new Manifest.Port("", graph.inputs().get(0).type(), graph.inputs().get(0).shape())
                  .equals(image);
      String expected = "one of type uint8 and shape " + image.shape();
      require(images, where, "inputs " + graph.inputs(), expected);
    }
    List<Manifest.Port> outputs = graph.outputs();
    for (String output : known.map(BundleVerification::wanted).orElse(List.of())) {
      boolean there = outputs.contains(new Manifest.Port(output, "float32", List.of()));
      require(there, where, "outputs " + outputs, "'" + output + "' of shape [] among them");
    }
  }

  private static List<String> wanted(GraphName graph) {
    return switch (graph.kind()) {
      case BOUND -> List.of("bound", "bits_per_dim");
      case IMPORTANCE -> List.of("log_weight");
      default -> List.of();
    };
  }

  private void verifyOperators(Path file, OnnxFile onnx) {
    Set<String> unknown = new TreeSet<>(onnx.operators());
    unknown.removeAll(OPERATORS);
    require(unknown.isEmpty(), file, "operators " + unknown, "only those a bundle may use");
    Map<String, Long> expected = Map.of("ai.onnx", (long) manifest.opset());
    String opset = "only ai.onnx " + manifest.opset();
    require(onnx.opsets().equals(expected), file, "operator sets " + onnx.opsets(), opset);
  }

  private static void verifyNames(Path file, Manifest.Graph graph, OnnxFile onnx) {
    Set<String> inputs = names(graph.allInputs());
    Set<String> outputs = names(graph.outputs());
    require(onnx.inputs().equals(inputs), file, "inputs " + onnx.inputs(), inputs + "");
    require(onnx.outputs().equals(outputs), file, "outputs " + onnx.outputs(), outputs + "");
  }

  private static Set<String> names(List<Manifest.Port> ports) {
    return ports.stream().map(Manifest.Port::name).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Checks that data outside the graph lie within the data of a listed safetensors file. */
  private void verifyExternal(
      Path file, OnnxFile.External external, Map<String, Safetensors> weights) {
    String where = file + ": tensor '" + external.tensor() + "'";
    String location = external.location();
    boolean listed = manifest.files().containsKey(location) && location.endsWith(".safetensors");
    require(listed, where, "its data in '" + location + "'", "a safetensors file of the bundle");
    Safetensors target =
        weights.computeIfAbsent(location, name -> files.tensors(name, hash(name)));
    long end = external.offset() + external.length();
    boolean inside =
        external.length() >= 0
            && external.offset() >= target.start()
            && end >= external.offset()
            && end <= target.end();
    String place = "bytes " + external.offset() + " to " + end + " of " + location;
    require(inside, where, place, "them within " + target.start() + " to " + target.end());
  }

  private static void require(boolean condition, Object where, String found, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(where + ": found " + found + ", expected " + expected);
    }
  }
}
