package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import com.google.gson.Gson;
import com.google.protobuf.Message;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exporter runs where there are no plug-ins, no models and no YAML. */
class StandaloneTest {
  private static final int SECONDS = 120;

  /** What a DJL user has on the class path besides an engine. */
  private static final List<Class<?>> NEEDED =
      List.of(
          OnnxExporter.class,
          Safetensors.class,
          ModelProto.class,
          Message.class,
          OrtEnvironment.class,
          NDArray.class,
          Gson.class);

  /** Parts of the jars that DJL and its engine bring along. */
  private static final List<String> ENGINE =
      List.of("ai/djl/pytorch", "net/java/dev/jna", "org/slf4j", "commons-", "ai/djl/api");

  @Test
  void exportsWithoutTheRestOfVarve(@TempDir Path folder) throws Exception {
    // The tests' classes are the exporter's neighbours; the child sees this one alone.
    String own = Example.class.getName().replace('.', '/') + ".class";
    Path main = folder.resolve(own);
    Files.createDirectories(main.getParent());
    try (InputStream from = getClass().getClassLoader().getResourceAsStream(own)) {
      Files.copy(from, main);
    }
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-Xmx512m",
            "-cp",
            folder + System.getProperty("path.separator") + needed(),
            Example.class.getName(),
            folder.toString());
    Path log = folder.resolve("log");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(child.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).as(Files.readString(log)).isZero();
      for (String name : List.of("net.onnx", "net.safetensors", "distance.onnx")) {
        assertThat(folder.resolve(name)).isNotEmptyFile();
      }
    } finally {
      child.destroyForcibly();
    }
  }

  private static String needed() throws URISyntaxException {
    List<String> paths = new ArrayList<>();
    for (Class<?> type : NEEDED) {
      paths.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    String separator = System.getProperty("path.separator");
    Stream<String> engine =
        Arrays.stream(System.getProperty("java.class.path").split(separator))
            .filter(jar -> ENGINE.stream().anyMatch(part -> jar.replace('\\', '/').contains(part)));
    return Stream.concat(paths.stream(), engine).collect(Collectors.joining(separator));
  }

  /** So that the child's class path means something. */
  @Test
  void namesNoJarOfTheRest() throws IOException, URISyntaxException {
    assertThat(needed()).doesNotContain("pf4j", "snakeyaml", "core-spi", "varve-model");
  }
}
