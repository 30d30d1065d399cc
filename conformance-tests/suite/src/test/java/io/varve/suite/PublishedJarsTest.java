package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Others can depend on our JARs: with Maven, on the class path and on the module path. */
final class PublishedJarsTest {
  /** Their poms keep their parents, which choose the libtorch of the machine. */
  private static final Set<String> WITH_PARENTS = Set.of("varve-training", "varve-conformance-kit");

  @Test
  void everyJarHasItsLicenceAndAPomThatStandsAlone() throws IOException {
    for (Path jar : ours()) {
      assertThat(text(jar, "META-INF/LICENSE")).as("%s", jar).contains("Apache License");
      String artifact = jar.getFileName().toString().replaceAll("-[0-9].*", "");
      String pom = text(jar, "META-INF/maven/io.varve/" + artifact + "/pom.xml");
      if (!WITH_PARENTS.contains(artifact)) {
        assertThat(pom).as("%s", jar).doesNotContain("<parent>").doesNotContain("${");
        assertThat(count(pom, "<version>")).isEqualTo(1 + count(pom, "<dependency>"));
      }
    }
  }

  @Test
  void everyJarIsAModuleOfItsOwn() throws IOException {
    Map<String, String> owners = new HashMap<>();
    for (Path jar : ours()) {
      ModuleDescriptor module = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
      assertThat(module.name()).startsWith("varve.");
      assertThat(text(jar, "META-INF/MANIFEST.MF"))
          .contains("Automatic-Module-Name: " + module.name());
      for (String name : module.packages()) {
        assertThat(owners.put(name, module.name())).as(name).isNull();
      }
    }
    assertThat(owners.values()).contains("varve.spi", "varve.inference", "varve.priors");
  }

  @Test
  void aModuleThatRequiresTheInferenceJarGetsAllThatItNeeds() throws IOException {
    Path[] jars =
        jars(Cli.distribution().resolve("lib"))
            .filter(jar -> jar.toString().matches(".*/(varve-inference|gson|onnxruntime)-.*"))
            .toArray(Path[]::new);
    assertThat(jars).hasSize(3);
    Configuration resolved =
        Configuration.resolve(
            ModuleFinder.of(jars),
            List.of(ModuleLayer.boot().configuration()),
            ModuleFinder.of(),
            Set.of("varve.inference"));
    ModuleReference inference = resolved.findModule("varve.inference").orElseThrow().reference();
    assertThat(inference.descriptor().isAutomatic()).isFalse();
    assertThat(inference.descriptor().exports().stream().map(ModuleDescriptor.Exports::source))
        .contains("io.varve.inference", "io.varve.inference.bundle");
    assertThat(resolved.modules().stream().map(ResolvedModule::name))
        .contains("com.google.gson", "com.microsoft.onnxruntime");
  }

  private static List<Path> ours() throws IOException {
    Path home = Cli.distribution();
    return Stream.concat(jars(home.resolve("lib")), jars(home.resolve("plugins")))
        .filter(jar -> jar.getFileName().toString().startsWith("varve-"))
        .toList();
  }

  private static Stream<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList().stream();
    }
  }

  private static String text(Path jar, String name) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(name);
      assertThat(entry).as("%s in %s", name, jar).isNotNull();
      return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int count(String text, String word) {
    return text.split(word, -1).length - 1;
  }
}
