package io.varve.model.plugin;

import static io.varve.model.yaml.YamlTextTest.refused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.model.JarKit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginJarTest {
  private static final String FLAT =
      """
      package acme;

      import io.varve.spi.*;

      @org.pf4j.Extension
      @Named("flat")
      public record Flat() implements Schedule {
        public double at(Progress progress) {
          return 1;
        }
      }
      """;

  @TempDir private Path folder;

  private Path jar() {
    return folder.resolve("acme.jar");
  }

  @Test
  void listsTheComponents() throws IOException {
    assertThat(PluginJar.components(JarKit.of("acme", FLAT).write(jar())))
        .containsExactly("acme.Flat");
  }

  @Test
  void refusesWhatIsNoPlugIn() throws IOException {
    Path jar = JarKit.of("acme", FLAT).manifest("Plugin-Id", null).write(jar());
    refused(
        () -> PluginJar.components(jar),
        "its manifest has no Plugin-Id; set it in maven-jar-plugin's manifestEntries");
    JarKit.of("acme", FLAT).manifest("Plugin-Version", " ").write(jar);
    refused(
        () -> PluginJar.components(jar),
        "its manifest has no Plugin-Version; set it in maven-jar-plugin's manifestEntries");
    JarKit.of("acme", FLAT).without("META-INF/extensions.idx").write(jar);
    refused(
        () -> PluginJar.components(jar),
        "has no META-INF/extensions.idx; annotate components with @Extension and name"
            + " org.pf4j:pf4j in annotationProcessorPaths");
  }

  @Test
  void refusesWhatIsNoJar() throws IOException {
    Path jar = Files.writeString(jar(), "no zip");
    refused(
        () -> PluginJar.components(jar),
        "is not a whole JAR: zip END header not found; copy or build it again");
    Files.write(jar, new byte[0]);
    refused(
        () -> PluginJar.components(jar),
        "is not a whole JAR: zip file is empty; copy or build it again");
    byte[] whole = Files.readAllBytes(JarKit.of("acme", FLAT).write(jar));
    Files.write(jar, Arrays.copyOf(whole, whole.length - 100));
    refused(
        () -> PluginJar.components(jar),
        "is not a whole JAR: zip END header not found; copy or build it again");
    JarKit.of("acme", FLAT).with("acme/Flat.class", new byte[20]).write(jar);
    refused(
        () -> PluginJar.components(jar), "acme/Flat.class is no class file; build the JAR again");
    byte[] half = Arrays.copyOf(JarKit.of("acme", FLAT).entry("acme/Flat.class"), 60);
    JarKit.of("acme", FLAT).with("acme/Flat.class", half).write(jar);
    assertThatThrownBy(() -> PluginJar.components(jar))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("acme/Flat.class is no whole class file: ");
    Files.write(jar, flipped(whole));
    assertThatThrownBy(() -> PluginJar.components(jar))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("; copy or build it again");
    Path missing = folder.resolve("none.jar");
    refused(
        () -> PluginJar.components(missing),
        "cannot be read: no such file; copy or build it again");
  }

  /** One bit of the first entry's data is wrong, as after a bad copy. */
  private static byte[] flipped(byte[] whole) {
    byte[] damaged = whole.clone();
    int name = new String(whole, ISO_8859_1).indexOf("META-INF/extensions.idx");
    damaged[name + "META-INF/extensions.idx".length() + 8] ^= 1;
    return damaged;
  }

  @ParameterizedTest
  @CsvSource({
    "ai/djl/ndarray/NDArray.class, ai.djl.ndarray.NDArray",
    "io/varve/spi/Ops.class, io.varve.spi.Ops",
    "org/pf4j/Extension.class, org.pf4j.Extension",
    "META-INF/versions/21/io/varve/spi/Ops.class, io.varve.spi.Ops"
  })
  void refusesWhatVarveProvides(String entry, String type) throws IOException {
    Path jar = JarKit.of("acme", FLAT).with(entry, new byte[0]).write(jar());
    refused(
        () -> PluginJar.components(jar),
        "contains "
            + type
            + ", which Varve provides; give varve-core-spi the scope 'provided' and do not shade"
            + " it");
  }

  @Test
  void refusesClassesOfANewerJava() throws IOException {
    JarKit kit = JarKit.of("acme", FLAT);
    byte[] newer = kit.entry("acme/Flat.class");
    int here = Runtime.version().feature();
    newer[7] = (byte) (here + 1 + 44);
    Path jar = kit.with("acme/Flat.class", newer).write(jar());
    refused(
        () -> PluginJar.components(jar),
        "acme.Flat is built for Java %d, and this is Java %d; compile with --release 17"
            .formatted(here + 1, here));
    // a multi-release JAR may hold classes for a later Java: they are not the ones loaded here
    JarKit multi = JarKit.of("acme", FLAT);
    String entry = "META-INF/versions/%d/acme/Flat.class".formatted(here + 1);
    assertThat(PluginJar.components(multi.with(entry, newer).write(jar))).hasSize(1);
  }

  @Test
  void refusesArithmeticWithANumber() throws IOException {
    String twice =
        """
        package acme;

        public final class Twice {
          static ai.djl.ndarray.NDArray of(ai.djl.ndarray.NDArray x) {
            return x
                .mul(2);
          }
        }
        """;
    Path jar = JarKit.of("acme", FLAT, twice).write(jar());
    refused(
        () -> PluginJar.components(jar),
        "acme.Twice.of, line 6: calls mul with a Number; its gradients are silently wrong;"
            + " write x.mul(Ops.constant(x, value))");
  }

  @Test
  void digestsAFile() throws IOException {
    // FIPS 180-2, appendix B.1
    assertThat(PluginJar.sha256(Files.write(jar(), "abc".getBytes(UTF_8))))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}
