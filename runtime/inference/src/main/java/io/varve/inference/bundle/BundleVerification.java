package io.varve.inference.bundle;

import io.varve.inference.file.OnnxFile;
import io.varve.inference.file.Safetensors;
import io.varve.inference.file.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final Path bundle;
  private final Manifest manifest;

  private BundleVerification(Path bundle, Manifest manifest) {
    this.bundle = bundle;
    this.manifest = manifest;
  }

  /** Checks a bundle and returns its manifest. */
  public static Manifest verify(Path bundle) {
    BundleVerification verification = new BundleVerification(bundle, Manifest.read(bundle));
    try {
      verification.verifyFiles();
      verification.verifyGraphs();
      return verification.manifest;
    } catch (IOException e) {
      throw new UncheckedIOException(bundle + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private void verifyFiles() throws IOException {
    Path root = bundle.toRealPath();
    for (Map.Entry<String, String> entry : manifest.files().entrySet()) {
      Path file = bundle.resolve(entry.getKey());
      require(
          Files.isRegularFile(file), file, "missing", "the file that " + Manifest.FILE + " lists");
      Path real = file.toRealPath();
      require(real.startsWith(root), file, "a link to " + real, "a file inside the bundle");
      String hash = Sha256.of(file);
      String expected = entry.getValue() + "; the file was changed, export the bundle again";
      require(hash.equals(entry.getValue()), file, "SHA-256 " + hash, expected);
    }
  }

  private void verifyGraphs() {
    Map<String, Safetensors> weights = new TreeMap<>();
    for (Map.Entry<String, Manifest.Graph> entry : manifest.graphs().entrySet()) {
      Manifest.Graph graph = entry.getValue();
      Path file = bundle.resolve(graph.file());
      OnnxFile onnx = OnnxFile.read(file);
      verifyOperators(file, onnx);
      verifyNames(file, graph, onnx);
      verifyEntryPoint(entry.getKey(), graph);
      for (OnnxFile.External external : onnx.externals()) {
        verifyExternal(file, external, weights);
      }
    }
    weights.values().forEach(Safetensors::requireFinite);
  }

  /** Checks that graphs of images have the inputs and outputs that {@code Bundle} relies on. */
  private void verifyEntryPoint(String name, Manifest.Graph graph) {
    Optional<GraphName> known = GraphName.find(name);
    String where = bundle.resolve(Manifest.FILE) + ": graphs." + name;
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
        weights.computeIfAbsent(location, name -> Safetensors.open(bundle.resolve(name)));
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
