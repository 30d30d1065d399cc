package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import io.varve.export.onnx.check.Distances;
import io.varve.export.onnx.check.ParityGate;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Exported graphs under Node.js, in ONNX Runtime for the web. */
class SecondRuntimeTest {
  /** Single precision, other kernels, sums over 784 pixels. */
  private static final double TOLERANCE = 1e-4;

  private static final Path HOME = Path.of(System.getProperty("basedir", ""), "target", "node");
  private static final Map<String, String> TYPES =
      Map.of("F32", "float32", "U8", "uint8", "I64", "int64");

  private record Input(String name, String type, List<Long> shape, String file) {}

  private record Output(String name, String file) {}

  private record Case(String graph, String weights, List<Input> inputs, List<Output> outputs) {}

  @Test
  void givesTheSameNumbers() throws IOException, InterruptedException {
    assumeTrue(run("node", "--version").isPresent(), "there is no Node.js");
    assumeTrue(run(npm(), "--version").isPresent(), "there is no npm");
    Path folder = Files.createDirectories(HOME.resolve("graphs"));
    install();
    Map<String, Safetensors.Entry> expected = new LinkedHashMap<>();
    try (NDManager manager = NDManager.newBaseManager()) {
      Engine.getInstance().setRandomSeed(9);
      Files.writeString(
          folder.resolve("cases.json"), new Gson().toJson(cases(manager, folder, expected)));
    }
    Optional<String> ran = run("node", "run.js", folder.toAbsolutePath().toString());
    assertThat(ran).as("node run.js").hasValue("onnxruntime-web 1.30.0");
    assertThat(expected).hasSize(3 * 5);
    for (Map.Entry<String, Safetensors.Entry> output : expected.entrySet()) {
      byte[] found = Files.readAllBytes(folder.resolve(output.getKey()));
      double[] wanted = floats(output.getValue().data());
      assertThat(found).as(output.getKey()).hasSize(wanted.length * Float.BYTES);
      double[] numbers = floats(ByteBuffer.wrap(found));
      assertThat(Distances.largest(numbers, wanted, Distances.scale(wanted)))
          .as(output.getKey())
          .isLessThan(TOLERANCE);
    }
  }

  /** Every graph of a model at every batch size of the gate, with what DJL makes of its inputs. */
  private static List<Case> cases(
      NDManager manager, Path folder, Map<String, Safetensors.Entry> expected) throws IOException {
    Map<String, OnnxExporter> exporters = new ConvolutionalVae(manager).graphs();
    Map<String, OnnxGraph> graphs = new LinkedHashMap<>();
    exporters.forEach((name, exporter) -> graphs.put(name, exporter.trace(manager)));
    SharedWeightsTest.write(folder, graphs);
    List<Case> cases = new ArrayList<>();
    for (Map.Entry<String, OnnxExporter> entry : exporters.entrySet()) {
      String graph = entry.getKey() + ".onnx";
      for (ParityGate.Vectors v :
          entry.getValue().check(folder.resolve(graph), manager).vectors()) {
        String stem = entry.getKey() + "-" + v.batch() + "-";
        List<Input> inputs = new ArrayList<>();
        for (Safetensors.Entry input : v.inputs()) {
          String file = stem + input.name();
          write(folder.resolve(file), input.data());
          List<Long> shape = Arrays.stream(input.shape()).boxed().toList();
          inputs.add(new Input(input.name(), TYPES.get(input.type()), shape, file));
        }
        List<Output> outputs = new ArrayList<>();
        for (Safetensors.Entry output : v.outputs()) {
          expected.put(stem + output.name(), output);
          outputs.add(new Output(output.name(), stem + output.name()));
        }
        cases.add(new Case(graph, "weights.safetensors", inputs, outputs));
      }
    }
    return cases;
  }

  private static void install() throws IOException, InterruptedException {
    for (String name : List.of("package.json", "run.js")) {
      try (InputStream in = SecondRuntimeTest.class.getResourceAsStream("/node/" + name)) {
        Files.copy(in, HOME.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    String[] install = {
      npm(), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"
    };
    boolean installed = Files.exists(HOME.resolve("node_modules/onnxruntime-web/package.json"));
    assumeTrue(installed || run(install).isPresent(), "npm cannot install onnxruntime-web");
  }

  private static String npm() {
    return System.getProperty("os.name").startsWith("Windows") ? "npm.cmd" : "npm";
  }

  /** The last line that a command prints; nothing if it fails, takes minutes or is not there. */
  private static Optional<String> run(String... command) throws IOException, InterruptedException {
    Files.createDirectories(HOME);
    Path log = HOME.resolve("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Optional.empty();
    }
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      return Optional.empty();
    }
    String printed = Files.readString(log);
    if (process.exitValue() != 0) {
      System.out.println(String.join(" ", command) + ": " + printed);
      return Optional.empty();
    }
    return printed.lines().reduce((first, second) -> second).or(() -> Optional.of(""));
  }

  private static void write(Path file, ByteBuffer data) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(data.duplicate());
    }
  }

  private static double[] floats(ByteBuffer data) {
    ByteBuffer bytes = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    double[] floats = new double[bytes.remaining() / Float.BYTES];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = bytes.getFloat(bytes.position() + i * Float.BYTES);
    }
    return floats;
  }
}
