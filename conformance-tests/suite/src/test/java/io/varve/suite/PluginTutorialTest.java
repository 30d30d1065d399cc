package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/plugins.md compiles, loads, trains and exports. */
final class PluginTutorialTest {
  private static final Pattern CODE =
      Pattern.compile("```java\n(package mine;.*?record (\\w+).*?)```", Pattern.DOTALL);

  private static final String MODEL =
      """
      name: tutorial
      data: {type: strokes, count: 128, test-count: 32, size: 8}
      model:
        type: graph
        nodes:
          - {latent: z, shape: [4], p: laplace, q: {type: normal, given: [x], network: mlp}}
          - derived: y
            of: x
            by: {type: decimate, step: 2}
            p: {type: categorical, given: [z], network: mlp}
          - {observed: x, p: {type: discretized-logistic, given: [y, z], network: mlp}}
      training: {epochs: 1, batch: 32}
      export: [bound, infer, generate, carry y]
      """;

  @TempDir Path folder;

  @Test
  void theTutorialsComponentsWork() throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    Matcher code = CODE.matcher(Files.readString(Cli.root().resolve("docs/plugins.md")));
    while (code.find()) {
      sources.put("mine." + code.group(2), code.group(1));
    }
    assertThat(sources).containsOnlyKeys("mine.Decimate", "mine.Laplace", "mine.Categorical");
    Path plugins = Files.createDirectories(folder.resolve("mine"));
    Path jar = OutsidePlugin.build(folder, "mine", sources, Map.of());
    Files.move(jar, plugins.resolve("mine.jar"));
    Files.writeString(folder.resolve("m.yaml"), MODEL);

    assertThat(Cli.succeedHere(folder, "plugins", "list", "--plugins", "./mine").out())
        .contains("transform decimate", "prior laplace", "likelihood categorical");
    Cli.succeed(folder, "verify", "mine/mine.jar");
    Cli.succeedHere(folder, "train", "./m.yaml", "--out", "./run", "--plugins", "./mine");
    Cli.succeedHere(folder, "export", "./run", "--out", "./bundle", "--plugins", "./mine");
    Cli.succeedHere(folder, "score", "./bundle");

    Files.writeString(folder.resolve("odd.yaml"), MODEL.replace("step: 2", "step: 3"));
    Cli.Ended refused = Cli.runHere(folder, "train", "./odd.yaml", "--plugins", "./mine");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("step 3 does not divide");
  }
}
