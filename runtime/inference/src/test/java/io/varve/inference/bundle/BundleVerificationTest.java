package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.varve.inference.Bundle;
import io.varve.inference.BundleTest;
import io.varve.inference.TinyBundle;
import io.varve.inference.TinyGraph;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  /** The list of hashes says what the file is, and it is no graph. */
  @Test
  void checksTheGraphsThatAreWanted() throws IOException {
    Files.writeString(folder.resolve("infer.onnx"), "no graph");
    tiny.manifest().write(folder);
    refused("infer.onnx", "is no graph of a bundle");
    VerifiedBundle bound = BundleVerification.verify(folder, Set.of("bound", "unheard-of"));
    assertThat(bound.graphs()).containsOnlyKeys("bound");
    assertThat(bound.weights()).containsOnlyKeys(TinyBundle.WEIGHTS);
    assertThat(bound.manifest().graphs()).containsKey("infer");
    for (Set<String> wanted : List.of(Set.of("infer", "bound"), Set.of("unheard-of"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> BundleVerification.verify(folder, wanted))
          .withMessageContaining("infer.onnx: is no graph of a bundle");
    }
  }

  @Test
  void hashesTheGraphsThatAreNotWanted() throws IOException {
    Files.writeString(folder.resolve("infer.onnx"), "changed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BundleVerification.verify(folder, Set.of("bound")))
        .withMessageContaining("infer.onnx: found SHA-256 ");
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
  void saysHowARunBecomesABundle() throws IOException {
    Files.delete(folder.resolve("manifest.json"));
    Files.writeString(folder.resolve("run.json"), "{}");
    refused("", "is a run, expected a bundle; export it first: varve export " + folder + " --out");
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

  /** Opening a pipe would wait for a writer, and a device may never end. */
  @Test
  @Timeout(20)
  void refusesWhatIsNoFile() throws IOException, InterruptedException {
    Path infer = folder.resolve("infer.onnx");
    Files.delete(infer);
    Files.createDirectory(infer);
    refused("infer.onnx", "found something that is no file, expected a regular file");
    Files.delete(infer);
    Process pipe = new ProcessBuilder("mkfifo", infer.toString()).start();
    assumeTrue(pipe.waitFor() == 0, "a system with pipes");
    refused("infer.onnx", "found something that is no file");
    Files.delete(infer);
    Files.createSymbolicLink(infer, Path.of("/dev/zero"));
    refused("infer.onnx", "found a link to /dev/zero, expected a file inside the bundle");
    Files.delete(infer);
    Files.createSymbolicLink(infer, infer);
    refused("infer.onnx", "cannot be read: ");
    Path file = Files.writeString(elsewhere.resolve("bundle.zip"), "PK");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BundleVerification.verify(file))
        .withMessageContaining("found no folder, expected a folder with a manifest.json");
  }

  /** A large file of nothing takes no space, and no time or memory either. */
  @Test
  @Timeout(20)
  void refusesGraphsThatAreTooLarge() throws IOException {
    try (RandomAccessFile graph =
        new RandomAccessFile(folder.resolve("infer.onnx").toFile(), "rw")) {
      graph.setLength(3L << 30);
    }
    refused("infer.onnx", "found 3221225472 bytes, expected at most 67108864");
  }

  @Test
  void handsOnWhatItReadWhateverBecomesOfTheFiles() throws IOException {
    VerifiedBundle verified = BundleVerification.verify(folder);
    byte[] graph = Files.readAllBytes(folder.resolve("infer.onnx"));
    for (String name : tiny.manifest().files().keySet()) {
      Files.write(folder.resolve(name), new byte[1]);
    }
    assertThat(verified.graphs().get("infer").bytes()).isEqualTo(graph);
    assertThat(verified.weights().get(TinyBundle.WEIGHTS).floats("W")).isEqualTo(TinyBundle.w());
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
  void refusesUnknownOperatorsAndForeignDomains() {
    TinyGraph graph = tiny.infer();
    graph.proto().addNode(node("RandomNormal", "r"));
    replace(graph.model());
    refused("infer.onnx", "RandomNormal 'r': found operators [RandomNormal], expected only");
    graph = tiny.infer();
    graph.proto().addNode(node("Gelu", "r").setDomain("com.microsoft"));
    replace(graph.model());
    refused("infer.onnx", "the field domain of a node");
  }

  @Test
  void refusesOtherOperatorSetsFunctionsAndTraining() {
    OnnxMl.OperatorSetIdProto foreign =
        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1).build();
    replace(tiny.infer().model().addOpsetImport(foreign));
    refused(
        "infer.onnx",
        "found operator sets [ai.onnx 20, com.microsoft 1], expected only ai.onnx 20");
    OnnxMl.OperatorSetIdProto newer =
        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("ai.onnx").setVersion(21).build();
    replace(tiny.infer().model().clearOpsetImport().addOpsetImport(newer));
    refused("infer.onnx", "found operator sets [ai.onnx 21]");
    replace(tiny.infer().model().setIrVersion(99));
    refused("infer.onnx", "found format 99, expected 9");
    replace(tiny.infer().model().addFunctions(OnnxMl.FunctionProto.newBuilder().setName("f")));
    refused("infer.onnx", "the field functions of a model");
    replace(tiny.infer().model().addTrainingInfo(OnnxMl.TrainingInfoProto.newBuilder()));
    refused("infer.onnx", "the field training_info of a model");
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
      Safetensors.Tensor moved = new Safetensors.Tensor("W", "F32", w.shape(), place[0], place[1]);
      replace(withExternal(TinyGraph.external(moved, TinyBundle.WEIGHTS)));
      refused("infer.onnx", "tensor 'W': found " + place[1] + " bytes from " + place[0]);
    }
  }

  @Test
  void refusesParametersThatAreNotTheTensorOfTheirName() {
    Safetensors.Tensor w = tiny.weights().get("W");
    Safetensors.Tensor v = tiny.weights().get("V");
    OnnxMl.TensorProto good = TinyGraph.external(w, TinyBundle.WEIGHTS);
    replace(withExternal(good.toBuilder().setName("other").build()));
    refused("infer.onnx", "tensor 'other': found no tensor of this name in weights");
    int whole = OnnxMl.TensorProto.DataType.INT32_VALUE;
    replace(withExternal(good.toBuilder().setDataType(whole).build()));
    refused("infer.onnx", "found I32 of shape [4, 3], expected F32 of shape [4, 3]");
    replace(withExternal(good.toBuilder().setDims(0, 3).setDims(1, 4).build()));
    refused("infer.onnx", "found F32 of shape [3, 4], expected F32 of shape [4, 3]");
    Safetensors.Tensor exchanged =
        new Safetensors.Tensor("W", "F32", w.shape(), v.offset(), v.length());
    replace(withExternal(TinyGraph.external(exchanged, TinyBundle.WEIGHTS)));
    refused("infer.onnx", "tensor 'W': found 48 bytes from " + v.offset());
  }

  @Test
  void refusesTensorsThatHideTheirData() {
    OnnxMl.TensorProto good = TinyGraph.external(tiny.weights().get("W"), TinyBundle.WEIGHTS);
    replace(withExternal(good.toBuilder().clearDataLocation().build()));
    refused("infer.onnx", "tensor 'W' lies twice");
    replace(withExternal(good.toBuilder().setRawData(ByteString.copyFrom(new byte[48])).build()));
    refused("infer.onnx", "tensor 'W' lies twice");
    replace(withExternal(good.toBuilder().addExternalData(good.getExternalData(0)).build()));
    refused("infer.onnx", "a tensor has two values of 'location'");
    replace(withExternal(good.toBuilder().removeExternalData(2).build()));
    refused("infer.onnx", "tensor 'W' lies at {location=weights.safetensors, offset=");
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

  private static OnnxMl.NodeProto.Builder node(String operator, String output) {
    return OnnxMl.NodeProto.newBuilder().setOpType(operator).addOutput(output);
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
