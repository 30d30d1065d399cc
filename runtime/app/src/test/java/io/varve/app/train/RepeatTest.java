package io.varve.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.varve.app.Line;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.networks.Mlp;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run tells the command that repeats it, with every option. */
class RepeatTest {
  private static final List<Class<?>> COMPONENTS =
      List.of(
          Graph.class,
          Bernoulli.class,
          Mlp.class,
          Normal.class,
          StandardNormal.class,
          Constant.class);

  private static final String MODEL =
      """
      name: small
      data: {type: strokes, count: 32, test-count: 16, size: 8, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [2]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [4]}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [4]}}
      training: {epochs: 9, batch: 16}
      """;

  @TempDir private Path folder;

  @Test
  void tellsTheWholeCommand() throws IOException, URISyntaxException {
    Path plugins = Files.createDirectory(folder.resolve("plug ins"));
    pack(plugins.resolve("components.jar"));
    Path model = Files.writeString(folder.resolve("m.yaml"), MODEL);
    Path run = folder.resolve("run");
    Line trained =
        Line.run(
            "--plugins",
            plugins,
            "train",
            model,
            "--set",
            "training.epochs=1",
            "--set",
            "name=it's small",
            "--device",
            "cpu",
            "--out",
            run);
    assertThat(trained.code()).as(trained.err()).isZero();
    requireCommand(
        run,
        "varve --plugins '%s' train %s --set training.epochs=1 --set 'name=it'\\''s small' --device cpu --out %s"
            .formatted(plugins, model, run));
    assertThat(run.resolve("report.html")).content().contains("--set training.epochs=1");

    Line resumed = Line.run("resume", run, "--device", "cpu", "--plugins", plugins);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    requireCommand(run, "varve resume %s --device cpu --plugins '%s'".formatted(run, plugins));
  }

  private static void requireCommand(Path run, String command) throws IOException {
    String facts = Files.readString(run.resolve("run.json"));
    assertThat(JsonParser.parseString(facts).getAsJsonObject().get("command").getAsString())
        .isEqualTo(command);
  }

  /** A plug-in of the packages that the components are in. */
  private static void pack(Path file) throws IOException, URISyntaxException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", "components");
    manifest.getMainAttributes().putValue("Plugin-Version", "1.0");
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      for (Class<?> type : COMPONENTS.stream().filter(c -> c != StandardNormal.class).toList()) {
        Path from = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(from)) {
          copy(from, type, jar);
        } else {
          try (FileSystem files = FileSystems.newFileSystem(from)) {
            copy(files.getPath("/"), type, jar);
          }
        }
      }
      jar.putNextEntry(new JarEntry("META-INF/extensions.idx"));
      String names = COMPONENTS.stream().map(Class::getName).collect(Collectors.joining("\n"));
      jar.write(names.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void copy(Path root, Class<?> type, JarOutputStream jar) throws IOException {
    Path own = root.resolve(type.getPackageName().replace('.', '/'));
    try (Stream<Path> files = Files.list(own)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        jar.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
        jar.write(Files.readAllBytes(file));
      }
    }
  }
}
