package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks with other eyes at a bundle that was accepted: the library of Protocol Buffers and Gson's
 * trees read it, not the code under test. What it finds is what no bundle may have.
 */
final class BundleOracle {
  private static final Set<String> HARMLESS =
      Stream.of(
              "Abs Acos Add And ArgMax ArgMin Asin Atan AveragePool BatchNormalization Cast Ceil",
              "Clip Concat Conv Cos Cosh CumSum Div Elu Equal Erf Exp Expand EyeLike Flatten",
              "Floor GRU Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual Identity",
              "IsInf IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop",
              "MatMul Max MaxPool Min Mod Mul Neg Not Or Pad Pow RNN Range ReduceL1 ReduceL2",
              "ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Relu Reshape Round Scan",
              "ScatterElements Selu Shape Sigmoid Sign Sin Sinh Slice Softmax Softplus Softsign",
              "Split Sqrt Squeeze Sub Tan Tanh Tile TopK Transpose Unsqueeze Where Xor")
          .flatMap(line -> Stream.of(line.split(" ", -1)))
          .collect(Collectors.toUnmodifiableSet());

  private final Path folder;
  private final Set<String> odd = new HashSet<>();

  private BundleOracle(Path folder) {
    this.folder = folder;
  }

  /** Fails if the bundle has what no bundle may have. */
  static void check(Path folder) throws IOException {
    new BundleOracle(folder).check();
  }

  private void check() throws IOException {
    String text = Files.readString(folder.resolve("manifest.json"));
    JsonObject manifest = JsonParser.parseString(text).getAsJsonObject();
    JsonObject files = manifest.getAsJsonObject("files");
    for (String name : files.keySet()) {
      Path file = folder.resolve(name);
      assertThat(file.toRealPath()).startsWith(folder.toRealPath());
      String hash = BundleMutator.sha256(Files.readAllBytes(file));
      assertThat(hash).as(name).isEqualTo(files.get(name).getAsString());
    }
    JsonObject graphs = manifest.getAsJsonObject("graphs");
    for (String name : graphs.keySet()) {
      String file = graphs.getAsJsonObject(name).get("file").getAsString();
      assertThat(name + file).doesNotContainPattern("\\p{Cntrl}");
      check(file, Files.readAllBytes(folder.resolve(file)), files);
    }
  }

  private void check(String file, byte[] bytes, JsonObject files) throws IOException {
    OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(bytes);
    // Longer or shorter when written again: merged, overridden, or not in the shortest form.
    assertThat(model.getSerializedSize()).as(file).isEqualTo(bytes.length);
    requireKnown(model);
    assertThat(model.getFunctionsCount() + model.getTrainingInfoCount()).as(file).isZero();
    assertThat(model.getOpsetImportCount()).as(file).isEqualTo(1);
    assertThat(model.getOpsetImport(0).getDomain()).as(file).isEmpty();
    assertThat(model.getOpsetImport(0).getVersion()).as(file).isEqualTo(20);
    odd.clear();
    Map<String, String> producers = new HashMap<>();
    check(file, model.getGraph(), files, producers, new HashSet<>());
  }

  /** No message of the file has a field that this library does not know. */
  private static void requireKnown(Message message) {
    assertThat(message.getUnknownFields().asMap()).isEmpty();
    for (Map.Entry<Descriptors.FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      Object value = field.getValue();
      for (Object each : value instanceof List<?> list ? list : List.of(value)) {
        if (each instanceof Message inner) {
          requireKnown(inner);
        }
      }
    }
  }

  private void check(
      String file,
      OnnxMl.GraphProto graph,
      JsonObject files,
      Map<String, String> producers,
      Set<String> given)
      throws IOException {
    assertThat(graph.getSparseInitializerCount()).as(file).isZero();
    for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
      assertThat(given.add(tensor.getName())).as(tensor.getName()).isTrue();
      check(tensor, files);
    }
    graph.getInputList().forEach(input -> assertThat(given.add(input.getName())).isTrue());
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      assertThat(node.getDomain()).as(file).isEmpty();
      assertThat(node.getOpType()).as(file).isIn(HARMLESS);
      for (int i = 0; i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        assertThat(input.isEmpty() || given.contains(input)).as(input).isTrue();
        if (odd.contains(input)) {
          assertThat(node.getOpType()).as(input).isEqualTo("Where");
        }
      }
      for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
        assertThat(Float.isFinite(attribute.getF())).as(attribute.getName()).isTrue();
        assertThat(attribute.hasT() || attribute.getTensorsCount() > 0).isFalse();
        assertThat(attribute.getFloatsCount() + attribute.getGraphsCount()).isZero();
        if (attribute.hasG()) {
          check(file, attribute.getG(), files, producers, given);
        }
      }
      node.getOutputList()
          .forEach(output -> assertThat(output.isEmpty() || given.add(output)).as(output).isTrue());
    }
    graph.getOutputList().forEach(output -> assertThat(odd).doesNotContain(output.getName()));
  }

  private void check(OnnxMl.TensorProto tensor, JsonObject files) throws IOException {
    byte[] data = tensor.getRawData().toByteArray();
    assertThat(
            tensor.getFloatDataCount() + tensor.getDoubleDataCount() + tensor.getStringDataCount())
        .isZero();
    if (tensor.getExternalDataCount() > 0) {
      Map<String, String> place = new HashMap<>();
      tensor.getExternalDataList().forEach(pair -> place.put(pair.getKey(), pair.getValue()));
      String location = place.get("location");
      assertThat(files.has(location)).as(location).isTrue();
      byte[] whole = Files.readAllBytes(folder.resolve(location));
      int offset = Integer.parseInt(place.get("offset"));
      data = Arrays.copyOfRange(whole, offset, offset + Integer.parseInt(place.get("length")));
      assertThat(isFinite(tensor, data)).as(tensor.getName()).isTrue();
    } else if (!isFinite(tensor, data)) {
      odd.add(tensor.getName());
    }
    long elements =
        tensor.getDimsList().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    Map<Integer, Integer> sizes = Map.of(1, 4, 2, 1, 3, 1, 6, 4, 7, 8, 9, 1, 11, 8);
    assertThat((long) data.length).isEqualTo(elements * sizes.get(tensor.getDataType()));
  }

  private static boolean isFinite(OnnxMl.TensorProto tensor, byte[] data) {
    ByteBuffer bytes =
        ByteString.copyFrom(data).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && (tensor.getDataType() == 1 || tensor.getDataType() == 11)) {
      double value = tensor.getDataType() == 1 ? bytes.getFloat() : bytes.getDouble();
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
