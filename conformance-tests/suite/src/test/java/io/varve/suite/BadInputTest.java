package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets one line that says where, what and what to do, and leaves nothing behind. */
final class BadInputTest {
  static final String MODEL =
      """
      name: small
      data: {type: strokes, count: 64, test-count: 16, size: 8, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [2]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [8]}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [8]}}
      training: {epochs: 1, batch: 16, seed: 1}
      """;

  @TempDir static Path trained;
  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(trained.resolve("m.yaml"), MODEL);
    Cli.succeedHere(trained, "train", "./m.yaml", "--out", "./run");
    Cli.succeedHere(trained, "export", "./run", "--out", "./bundle");
  }

  @Test
  void misspeltKey() throws IOException {
    refuses(
        MODEL.replaceFirst("hidden", "hiden"),
        "m.yaml:9:",
        "no key 'hiden'",
        "Did you mean 'hidden'?");
  }

  @Test
  void wrongType() throws IOException {
    refuses(
        MODEL.replace("epochs: 1", "epochs: many"),
        "m.yaml:12:",
        "training.epochs",
        "a whole number",
        "'many'");
  }

  @Test
  void unknownPlugin() throws IOException {
    refuses(
        MODEL.replace("bernoulli", "bernouli"),
        "m.yaml:11:",
        "no family is named 'bernouli'",
        "Did you mean 'bernoulli'?");
  }

  @Test
  void duplicateKey() throws IOException {
    refuses(MODEL.replace("batch: 16,", "batch: 16, batch: 32,"), "m.yaml:12:", "batch", "twice");
  }

  @Test
  void yamlBomb() throws IOException {
    StringBuilder bomb = new StringBuilder("name: bomb\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i));
      bomb.append("*a%d, ".formatted(i - 1).repeat(9)).append("*a%d]\n".formatted(i - 1));
    }
    refuses(bomb.toString(), "m.yaml", "alias");
  }

  @Test
  void truncatedIdx() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    for (String name : new String[] {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) {
      ByteBuffer bytes = ByteBuffer.allocate(16 + 100);
      bytes.putInt(0x803).putInt(64).putInt(8).putInt(8);
      Files.write(data.resolve(name), bytes.array());
    }
    refuses(
        MODEL.replace(
            "type: strokes, count: 64, test-count: 16, size: 8", "type: idx, path: '" + data + "'"),
        "train-images-idx3-ubyte",
        "4096",
        "found 100");
  }

  @Test
  void imageOfTheWrongSize() throws IOException {
    Path data = Files.createDirectories(folder.resolve("pictures"));
    for (int i = 0; i < 20; i++) {
      var image =
          new java.awt.image.BufferedImage(
              i == 7 ? 9 : 8, 8, java.awt.image.BufferedImage.TYPE_BYTE_GRAY);
      javax.imageio.ImageIO.write(image, "png", data.resolve("p" + (10 + i) + ".png").toFile());
    }
    refuses(
        MODEL.replace(
            "type: strokes, count: 64, test-count: 16, size: 8",
            "type: images, path: '" + data + "', channels: 1"),
        "data: images differ in size: 18 are 8 x 8 pixels (width x height), 1 is 9 x 8 (",
        "p17.png); resize, crop or move");
  }

  @Test
  void plainValueForAListAndMisspeltType() throws IOException {
    refuses(MODEL.replace("shape: [2]", "shape: 2"), "m.yaml:7:", "found '2'; write [2]");
    refuses(MODEL.replaceFirst("type: mlp", "type: mpl"), "m.yaml:9:", "Did you mean 'mlp'?");
  }

  @Test
  void nanInAParameterFile() throws IOException {
    copy(trained.resolve("run"), folder.resolve("run"));
    try (Stream<Path> files = Files.walk(folder.resolve("run"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putFloat(bytes.length - 4, Float.NaN);
        Files.write(file, bytes);
      }
    }
    refused(Cli.runHere(folder, "export", "./run", "--out", "./bundle"), "safetensors");
    assertThat(folder.resolve("bundle")).doesNotExist();
  }

  @Test
  void tamperedBundle() throws IOException {
    copy(trained.resolve("bundle"), folder.resolve("bundle"));
    Path weights = folder.resolve("bundle/weights.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 5] ^= 1;
    Files.write(weights, bytes);
    refused(Cli.runHere(folder, "score", "./bundle"), "weights.safetensors", "SHA-256");
  }

  @Test
  void pictureInAnotherFormat() {
    String bundle = trained.resolve("bundle").toString();
    refused(
        Cli.runHere(folder, "generate", bundle, "--out", "./drawn.jpg"),
        "'--out'",
        "drawn.jpg': pictures are written as PNG; end the name in .png");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void bundleThatLeavesItsDirectory() throws IOException {
    copy(trained.resolve("bundle"), folder.resolve("bundle"));
    Path manifest = folder.resolve("bundle/manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest).replace("weights.safetensors", "../weights.safetensors"));
    Files.move(folder.resolve("bundle/weights.safetensors"), folder.resolve("weights.safetensors"));
    refused(Cli.runHere(folder, "score", "./bundle"), "manifest.json", "../weights.safetensors");
  }

  @Test
  void pluginThatShadesTheSpi() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("mine"));
    Path jar =
        OutsidePlugin.build(
            folder,
            "shaded",
            Map.of(
                "shaded.Twice",
                """
                package shaded;

                @org.pf4j.Extension
                @io.varve.spi.Named("twice")
                public record Twice() implements io.varve.spi.Schedule {
                  @Override
                  public double at(io.varve.spi.Progress progress) {
                    return 2;
                  }
                }
                """),
            Map.of("io/varve/spi/Pass.class", new byte[] {1}));
    Files.move(jar, plugins.resolve("shaded.jar"));
    Files.writeString(folder.resolve("m.yaml"), MODEL + "objective: {beta: twice}\n");
    Cli.Ended ended =
        Cli.runHere(folder, "train", "./m.yaml", "--out", "./run", "--plugins", "./mine");
    String why = "contains io.varve.spi.Pass, which Varve provides; give varve-core-spi the scope";
    assertThat(ended.err().lines().toList())
        .satisfiesExactly(
            warning ->
                assertThat(warning)
                    .startsWith("warning: plug-in left out: ")
                    .contains("mine/shaded.jar: " + why),
            error ->
                assertThat(error)
                    .startsWith("varve: ")
                    .contains("m.yaml:13: objective.beta: no schedule is named 'twice'; ")
                    .contains("mine/shaded.jar, which provides it, was left out: " + why));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void pluginThatCombinesAnArrayWithANumber() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("mine"));
    Path jar =
        OutsidePlugin.build(
            folder,
            "number",
            Map.of(
                "number.Half",
                """
                package number;

                import ai.djl.ndarray.NDArray;
                import io.varve.spi.Space;

                @org.pf4j.Extension
                @io.varve.spi.Named("half")
                public record Half() implements io.varve.spi.Transform {
                  @Override
                  public NDArray apply(NDArray x, Space space) {
                    return x.mul(0.5f);
                  }

                  @Override
                  public Space space(Space x) {
                    return x;
                  }
                }
                """),
            Map.of());
    Files.move(jar, plugins.resolve("number.jar"));
    Cli.Ended ended = Cli.runHere(folder, "plugins", "list", "--plugins", "./mine");
    assertThat(ended.out())
        .contains(
            "left out: ",
            "mine/number.jar: number.Half.apply, line 11: calls mul with a Number; ",
            "Ops.constant");
    assertThat(ended.code()).isEqualTo(2);
  }

  /** Trains a model file that must be refused, and checks that no run was begun. */
  private void refuses(String model, String... parts) throws IOException {
    Files.writeString(folder.resolve("m.yaml"), model);
    Set<String> before = listing();
    refused(Cli.runHere(folder, "train", "./m.yaml", "--out", "./run"), parts);
    assertThat(listing()).as("nothing is left behind").isEqualTo(before);
  }

  static void refused(Cli.Ended ended, String... parts) {
    assertThat(ended.err()).contains(parts);
    assertThat(ended.err().strip().lines()).as("one line").hasSize(1);
    assertThat(ended.err()).doesNotContain("\tat ");
    assertThat(ended.code()).isEqualTo(2);
  }

  private Set<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return new TreeSet<>(files.map(f -> folder.relativize(f).toString()).toList());
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
