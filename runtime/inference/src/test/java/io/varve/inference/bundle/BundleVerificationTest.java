package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.onnx.proto.OnnxMl;
import io.varve.inference.Bundle;
import io.varve.inference.BundleTest;
import io.varve.inference.TinyBundle;
import io.varve.inference.TinyGraph;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleVerificationTest {
  @TempDir Path folder;
  @TempDir Path elsewhere;
  private TinyBundle tiny;

  @BeforeEach
  void write() {
    tiny = TinyBundle.files(folder);
    tiny.manifest().write(folder);
  }

  @Test
  void acceptsWhatIsAsItsManifestSays() throws IOException {
    Files.writeString(folder.resolve("README"), "not listed, not used");
    assertThat(BundleVerification.verify(folder).manifest()).isEqualTo(Manifest.read(folder));
  }

  @Test
  void refusesEveryTamperedFile() throws IOException {
    for (String name : tiny.manifest().files().keySet()) {
      Path file = folder.resolve(name);
      byte[] before = Files.readAllBytes(file);
      byte[] after = before.clone();
      after[after.length / 2] ^= 1;
      Files.write(file, after);
      refused(name, "found SHA-256 ");
      Files.write(file, before);
    }
  }

  @Test
  void refusesMissingFiles() throws IOException {
    Files.delete(folder.resolve("bound.onnx"));
    refused("bound.onnx", "found missing, expected the file that manifest.json lists");
    Files.delete(folder.resolve("manifest.json"));
    refused("manifest.json", "no such file");
  }

  @Test
  void refusesPathsThatLeaveTheBundle() throws IOException {
    Path outside = Files.writeString(elsewhere.resolve("secret"), "text");
    String json = Files.readString(folder.resolve("manifest.json"));
    for (String path :
        new String[] {"../secret", outside.toString(), "a/../../b", "C:\\\\x", "a\\\\b", "", "."}) {
      Files.writeString(
          folder.resolve("manifest.json"), json.replace("\"infer.onnx\"", "\"" + path + "\""));
      refused("manifest.json", "");
    }
    Files.writeString(folder.resolve("manifest.json"), json);
    Path linked = folder.resolve("infer.onnx");
    Path moved = Files.move(linked, elsewhere.resolve("infer.onnx"));
    Files.createSymbolicLink(linked, moved);
    refused("infer.onnx", "found a link to " + moved.toRealPath());
  }

  @Test
  void refusesNewerFormatsBeforeReadingThem() throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "{\"future\": {}, \"format\": 2}");
    refused("manifest.json", "format: 2, this Varve reads up to 1; use a newer Varve");
  }

  @Test
  void refusesGraphsThatFilesDoNotList() {
    Map<String, String> files = new TreeMap<>(tiny.manifest().files());
    files.remove("bound.onnx");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tiny.manifest(files))
        .withMessageStartingWith("graphs.bound.file: 'bound.onnx', expected one of files [carry");
  }

  @Test
  void refusesUnknownOperatorsWhereverTheyHide() {
    OnnxMl.NodeProto random = OnnxMl.NodeProto.newBuilder().setOpType("RandomNormal").build();
    OnnxMl.NodeProto foreign =
        OnnxMl.NodeProto.newBuilder().setOpType("Gelu").setDomain("com.microsoft").build();
    TinyGraph graph = tiny.infer();
    graph.proto().addNode(foreign);
    graph.proto().addNode(branch(OnnxMl.GraphProto.newBuilder().addNode(random)));
    replace(graph.model());
    refused("infer.onnx", "found operators [RandomNormal, com.microsoft.Gelu], expected only");
  }

  /** The body of a loop is read as the graph around it. */
  @Test
  void looksIntoTheBodiesOfLoops() {
    for (String operator : List.of("GRU", "LSTM", "RNN", "Scan", "RandomUniform")) {
      OnnxMl.AttributeProto body =
          OnnxMl.AttributeProto.newBuilder()
              .setName("body")
              .setG(
                  OnnxMl.GraphProto.newBuilder()
                      .addNode(OnnxMl.NodeProto.newBuilder().setOpType(operator)))
              .build();
      TinyGraph graph = tiny.infer();
      graph.proto().addNode(OnnxMl.NodeProto.newBuilder().setOpType("Loop").addAttribute(body));
      replace(graph.model());
      if (operator.equals("RandomUniform")) {
        refused("infer.onnx", "found operators [RandomUniform], expected only");
      } else {
        assertThat(BundleVerification.verify(folder)).isNotNull();
      }
    }
  }

  @Test
  void refusesOtherOperatorSetsFunctionsAndTraining() {
    OnnxMl.OperatorSetIdProto foreign =
        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1).build();
    replace(tiny.infer().model().addOpsetImport(foreign));
    refused(
        "infer.onnx",
        "found operator sets {ai.onnx=20, com.microsoft=1}, expected only ai.onnx 20");
    OnnxMl.OperatorSetIdProto newer =
        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("ai.onnx").setVersion(21).build();
    replace(tiny.infer().model().clearOpsetImport().addOpsetImport(newer));
    refused("infer.onnx", "found operator sets {ai.onnx=21}");
    replace(tiny.infer().model().addFunctions(OnnxMl.FunctionProto.newBuilder().setName("f")));
    refused("infer.onnx", "holds functions of its own");
    replace(tiny.infer().model().addTrainingInfo(OnnxMl.TrainingInfoProto.newBuilder()));
    refused("infer.onnx", "holds training information");
  }

  @Test
  void refusesDataOutsideTheWeights() {
    Safetensors.Tensor w = tiny.weights().get("W");
    replace(withExternal(TinyGraph.external(w, "../secret")));
    refused("infer.onnx", "tensor 'W': found its data in '../secret', expected a safetensors");
    replace(withExternal(TinyGraph.external(w, "bound.onnx")));
    refused("infer.onnx", "found its data in 'bound.onnx'");
    long end = w.offset() + w.length();
    for (long[] place :
        new long[][] {{0, 48}, {end, 1 << 20}, {w.offset(), -1}, {-8, 16}, {Long.MAX_VALUE, 8}}) {
      replace(
          withExternal(
              TinyGraph.external(
                  new Safetensors.Tensor("W", "F32", w.shape(), place[0], place[1]),
                  TinyBundle.WEIGHTS)));
      refused("infer.onnx", "tensor 'W': found bytes " + place[0]);
    }
  }

  @Test
  void findsDataOutsideTheFileWhereverTheyHide() {
    OnnxMl.TensorProto bad = TinyGraph.external(tiny.weights().get("W"), "/etc/passwd");
    OnnxMl.AttributeProto.Builder attribute = OnnxMl.AttributeProto.newBuilder().setName("a");
    OnnxMl.SparseTensorProto.Builder sparse = OnnxMl.SparseTensorProto.newBuilder();
    OnnxMl.NodeProto constant =
        OnnxMl.NodeProto.newBuilder()
            .setOpType("Constant")
            .addAttribute(attribute.setT(bad))
            .build();
    hidden(OnnxMl.GraphProto.newBuilder().addNode(constant));
    hidden(OnnxMl.GraphProto.newBuilder().addInitializer(bad));
    hidden(OnnxMl.GraphProto.newBuilder().addSparseInitializer(sparse.setIndices(bad)));
    attribute.clear().setSparseTensor(sparse.clear().setValues(bad));
    OnnxMl.NodeProto.Builder node = OnnxMl.NodeProto.newBuilder().setOpType("Constant");
    hidden(OnnxMl.GraphProto.newBuilder().addNode(node.addAttribute(attribute)));
    // A location without the mark that the data are outside is one too.
    OnnxMl.TensorProto unmarked = bad.toBuilder().clearDataLocation().build();
    hidden(OnnxMl.GraphProto.newBuilder().addInitializer(unmarked));
  }

  @Test
  void refusesGraphsWithOtherInputsThanListed() {
    TinyGraph graph = tiny.infer();
    graph.noise("noise.u", "normal", 1L);
    replace(graph.model());
    refused("infer.onnx", "found inputs [noise.u, noise.z, x], expected [noise.z, x]");
  }

  @Test
  void refusesEntryPointsThatNobodyCouldCall() throws IOException {
    Path file = folder.resolve("manifest.json");
    String json = Files.readString(file);
    Files.writeString(file, json.replaceFirst("(?s)\"shape\": \\[.*?\\]", "\"shape\": [4]"));
    refused("manifest.json", "graphs.bound: found inputs [Port[name=x, type=uint8, shape=[1, 2, 2");
    TinyGraph graph = new TinyGraph();
    graph.output("weight", graph.sum(graph.flat(graph.image("x", 1L, 2L, 2L))));
    tiny.graphs().put("importance", graph.write(folder, "importance.onnx"));
    tiny.manifest().write(folder);
    refused("manifest.json", "expected 'log_weight' of shape [] among them");
  }

  @Test
  void refusesWeightsThatAreNotFinite() {
    float[] w = TinyBundle.w();
    w[5] = Float.NaN;
    TinyBundle.files(folder, w).manifest().write(folder);
    refused(TinyBundle.WEIGHTS, "tensor 'W' has a NaN or an infinity at element 5");
  }

  @Test
  void refusesWhatIsNoOnnxFile() throws IOException {
    byte[] good = Files.readAllBytes(folder.resolve("infer.onnx"));
    for (int length = 1; length < good.length; length += 7) {
      Files.write(folder.resolve("infer.onnx"), Arrays.copyOf(good, length));
      tiny.manifest().write(folder);
      refused("infer.onnx", "");
    }
  }

  private OnnxMl.ModelProto.Builder withExternal(OnnxMl.TensorProto tensor) {
    TinyGraph graph = tiny.infer();
    graph.proto().clearInitializer().addInitializer(tensor);
    return graph.model();
  }

  /** Hides a graph two branches deep. */
  private void hidden(OnnxMl.GraphProto.Builder inner) {
    TinyGraph graph = tiny.infer();
    graph.proto().addNode(branch(OnnxMl.GraphProto.newBuilder().addNode(branch(inner))));
    replace(graph.model());
    refused("infer.onnx", "tensor 'W': found its data in '/etc/passwd'");
  }

  private static OnnxMl.NodeProto branch(OnnxMl.GraphProto.Builder inner) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType("If")
        .addAttribute(OnnxMl.AttributeProto.newBuilder().setName("then_branch").setG(inner))
        .build();
  }

  /** Replaces a graph and mends the hashes. */
  private void replace(OnnxMl.ModelProto.Builder model) {
    TinyGraph.write(model, folder.resolve("infer.onnx"));
    tiny.manifest().write(folder);
  }

  private void refused(String file, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bundle.open(folder, BundleTest.onCpu()).close())
        .withMessageStartingWith(folder.resolve(file) + ": ")
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }
}
