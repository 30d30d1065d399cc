package io.varve.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.varve.app.measure.ScoreSummary;
import io.varve.app.train.ExportCommand;
import io.varve.app.train.TrainingRuns;
import io.varve.export.onnx.OnnxExporter;
import io.varve.hierarchies.Graph;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.networks.Mlp;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.run.TrainedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of {@code evaluate} and {@code fid}, on a bundle and a folder of pictures. */
class MeasuresTest {
  private static final Catalog CATALOG =
      Catalog.of(
          List.of(
              Graph.class,
              Bernoulli.class,
              DiscretizedLogistic.class,
              Mlp.class,
              Normal.class,
              StandardNormal.class,
              Constant.class));

  /** Single precision in two runtimes, of bounds of some hundred nats. */
  private static final double PARITY = 1e-4;

  /** Features in single precision; covariances singular or nearly so. */
  private static final double SAME = 1e-5;

  private static final int SIDE = 8;

  @TempDir private static Path folder;

  @BeforeAll
  static void train() throws IOException {
    YamlText yaml =
        YamlText.of(
            "small.yaml",
            """
            name: small
            data: {type: strokes, count: 64, test-count: 40, size: 8}
            model:
              type: graph
              nodes:
                - latent: z
                  shape: [3]
                  p: standard-normal
                  q: {type: normal, given: [x], network: {type: mlp, hidden: [12]}}
                - observed: x
                  p: {type: discretized-logistic, given: [z], network: {type: mlp, hidden: [12]}}
            training: {epochs: 1, batch: 16}
            export: [bound, importance, infer, generate]
            """);
    Path run = folder.resolve("run");
    TrainingRuns.train(yaml, CATALOG, run, "cpu", "varve train small.yaml");
    ExportCommand.export(CATALOG, run, folder.resolve("bundle"), Optional.empty());
    extractor();
    pictures();
  }

  /** Twelve features of grey images of 6 x 6 pixels. */
  private static void extractor() {
    Block block =
        new SequentialBlock()
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(12).build())
            .add(Activation.reluBlock());
    try (NDManager manager = NDManager.newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 6, 6));
      OnnxExporter.of(block, new Shape(1, 6, 6)).save(folder.resolve("features.onnx"));
    }
  }

  /** What the bundle generates with seed 1, as a folder of PNGs. */
  private static void pictures() throws IOException {
    Path png = Files.createDirectory(folder.resolve("png"));
    try (Bundle bundle = Bundle.open(folder.resolve("bundle"))) {
      Tensor pixels = bundle.generate(50, 1, 1).get("pixels");
      for (int n = 0; n < 50; n++) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < SIDE * SIDE; i++) {
          int value = Math.round(pixels.values()[n * SIDE * SIDE + i]);
          image.getRaster().setSample(i % SIDE, i / SIDE, 0, value);
        }
        ImageIO.write(image, "png", png.resolve("%03d.png".formatted(n)).toFile());
      }
    }
  }

  private record Ended(int code, String out, String err) {
    JsonObject json() {
      assertThat(code).as(err).isZero();
      List<String> lines = out.strip().lines().toList();
      return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }
  }

  private static Ended varve(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
      int code = Varve.run(arguments);
      return new Ended(
          code, said.toString(StandardCharsets.UTF_8), told.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static Ended fid(String target, String... more) {
    List<String> arguments = new ArrayList<>(List.of("fid", at(target), "--json"));
    arguments.addAll(List.of("--features", at("features.onnx"), "--device", "cpu"));
    arguments.addAll(List.of(more));
    return varve(arguments.toArray(String[]::new));
  }

  private static String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void runAndBundleAgree() {
    Ended ended = evaluate("--json", "--importance-images", "10");
    JsonObject bundle = ended.json();
    TrainedModel.Options options =
        new TrainedModel.Options(CATALOG, Optional.empty(), ai.djl.Device.cpu(), note -> {});
    try (TrainedModel trained = TrainedModel.load(folder.resolve("run"), options)) {
      Evaluator.Settings plan = new Evaluator.Settings(6, 16, 9, 10);
      Split test = trained.data().test();
      JsonObject run =
          new com.google.gson.Gson()
              .toJsonTree(ScoreSummary.of(trained.evaluator().evaluate(test, plan)))
              .getAsJsonObject();
      for (String key : List.of("bound", "importance_bound", "bits_per_dim", "reconstruction")) {
        double expected = run.get(key).getAsDouble();
        assertThat(bundle.get(key).getAsDouble())
            .as(key)
            .isCloseTo(expected, within(PARITY * Math.abs(expected)));
      }
      JsonObject errors = bundle.getAsJsonObject("standard_errors");
      assertThat(errors.keySet())
          .isEqualTo(run.getAsJsonObject("standard_errors").keySet())
          .contains("bound", "importance_bits_per_dim", "log_p.x", "kl.z");
      assertThat(trained.evaluator().activeUnits(test, plan).get("z").active())
          .isEqualTo(
              bundle.getAsJsonObject("active_units").getAsJsonObject("z").get("active").getAsInt());
    }
    assertThat(bundle.get("importance_images").getAsInt()).isEqualTo(10);
    assertThat(bundle.get("images").getAsInt()).isEqualTo(40);
    double kl = bundle.getAsJsonObject("kl").get("z").getAsDouble();
    assertThat(bundle.getAsJsonArray("collapsed").size()).isEqualTo(kl < 0.1 ? 1 : 0);
  }

  private static Ended evaluate(String... more) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", at("bundle"), "--seed", "9"));
    arguments.addAll(List.of("--importance-samples", "6", "--device", "cpu"));
    arguments.addAll(List.of(more));
    return varve(arguments.toArray(String[]::new));
  }

  @Test
  void printsStandardErrorsBesideMeans() {
    Ended ended = evaluate();
    assertThat(ended.err()).contains("ollapsed").contains("0.1 nats");
    assertThat(ended.out())
        .containsPattern("bound +-?[0-9.]+ \u00B1 [0-9.]+")
        .containsPattern("latent +kl +active_units\n")
        .containsPattern("z +[0-9.]+ \u00B1 [0-9.e-]+ +[0-3]/3")
        .doesNotContain("standard_errors");
  }

  @Test
  void imagesOfABundleAreThoseItWouldWrite() {
    JsonObject same = fid("bundle", "-n", "50", "--images", at("png"), "--batch", "7").json();
    assertThat(same.get("fid").getAsDouble()).isBetween(0.0, SAME);
    assertThat(same.get("features").getAsInt()).isEqualTo(12);
    JsonObject turned = fid("png", "--images", at("png"), "-n", "50").json();
    assertThat(turned.get("fid").getAsDouble()).isBetween(0.0, SAME);
    JsonObject other = fid("bundle", "-n", "50", "--images", at("png"), "--seed", "2").json();
    assertThat(other.get("fid").getAsDouble()).isGreaterThan(SAME);
    JsonObject means = fid("bundle", "-n", "50", "--images", at("png"), "--mean").json();
    assertThat(means.get("fid").getAsDouble()).isGreaterThan(other.get("fid").getAsDouble());
  }

  @Test
  void statisticsAreKeptAndComparedWithTheirExtractor() throws IOException {
    String file = at("real.safetensors");
    JsonObject first =
        fid("bundle", "-n", "60", "--real-images", "50", "--statistics", file).json();
    assertThat(first.get("real_images").getAsInt()).isEqualTo(50);
    assertThat(first.get("fid").getAsDouble()).isPositive();
    JsonObject again = fid("bundle", "-n", "60", "--statistics", file).json();
    assertThat(again.get("fid").getAsDouble())
        .isCloseTo(first.get("fid").getAsDouble(), within(1e-12));
    Ended both = fid("bundle", "--statistics", file, "--images", at("png"));
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("takes the place of --data");
    Ended scaled = fid("bundle", "--statistics", file, "--scale=-1..1");
    assertThat(scaled.code()).isEqualTo(2);
    assertThat(scaled.err()).contains("UNIT", "SYMMETRIC", "delete it to compute them anew");
  }

  @Test
  void refusesInOneLine() {
    assertThat(fid("png").err()).contains("--images or --statistics").hasLineCount(1);
    assertThat(fid("png", "--images", at("png"), "--input-size", "9").err())
        .contains("--input-size: 9, but")
        .hasLineCount(1);
    assertThat(fid("png", "--images", at("png"), "--scale", "0..2").err())
        .contains("expected one of [0..1, -1..1, 0..255]");
    assertThat(fid("png", "--images", at("png"), "-n", "1").err()).contains("at least 2");
    assertThat(fid("png", "--images", at("png"), "-n", "5").err())
        .contains("covariance is singular");
  }
}
