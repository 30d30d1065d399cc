package io.varve.app;

import io.varve.app.bundle.BundleData;
import io.varve.app.bundle.BundlePictures;
import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.DataOptions;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.app.train.ExportCommand;
import io.varve.app.train.TrainingRuns;
import io.varve.export.bundle.BundleExport;
import io.varve.inference.Bundle;
import io.varve.inference.Tensor;
import io.varve.inference.file.OutputFile;
import io.varve.model.yaml.YamlText;
import io.varve.report.picture.PictureBatch;
import io.varve.report.picture.PictureGrid;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.RunFolder;
import io.varve.training.run.TrainedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The whole workflow on drawn data: train, export, score, generate and reconstruct. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the whole workflow in a minute or two. Needs no data set and no network.",
      "Draws strokes and digits, trains a small VAE on them, exports it, and runs the bundle in ONNX Runtime."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final int PICTURES = 16;
  private static final int SCORED = 500;

  @ParentCommand private GlobalOptions global;
  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Option(
      names = "--out",
      defaultValue = "quickstart",
      paramLabel = "DIR",
      description = "The folder to write to (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    Map<String, Object> results = new LinkedHashMap<>();
    Path run = out.resolve("run");
    Path bundle = out.resolve("bundle");
    BundleExport.requirePlace(bundle);
    List.of(generated(), reconstructed()).forEach(OutputFile::require);
    try (Workspace workspace = Workspace.open(global)) {
      TrainingRuns.Ended ended = train(workspace, run);
      if (ended.code() != 0) {
        return ended.code();
      }
      Scores scores = ended.scores().orElseThrow();
      results.put("bound", scores.bound());
      results.put("bits_per_dim", scores.bitsPerDim());
      Output.say("2. varve export %s --out %s", run, bundle);
      results.put(
          "parity",
          ExportCommand.export(workspace.catalog(), run, bundle, Optional.empty()).worst());
    }
    use(bundle, results);
    results.put("report", run.resolve("report.html").toString());
    results.put("bundle", bundle.toString());
    results.put("seconds", (System.nanoTime() - start) * 1e-9);
    output.results(results);
    Output.say("Now open %s in a browser.", run.resolve("report.html"));
    return 0;
  }

  /** Trains into a new folder, or goes on where an earlier quickstart was stopped. */
  private TrainingRuns.Ended train(Workspace workspace, Path run) throws IOException {
    YamlText yaml = model();
    if (RunFolder.isRun(run) && RunFolder.text(run).equals(yaml.text())) {
      Output.say("1. varve resume %s", run);
      TrainedModel.Options options =
          new ChangedPluginsOption().loading(workspace.catalog(), Optional.empty(), "cpu");
      return TrainingRuns.resume(run, options, ShellLine.of(spec));
    }
    Output.say("1. varve train quickstart.yaml --out %s", run);
    return TrainingRuns.train(yaml, workspace.catalog(), run, "cpu", ShellLine.of(spec));
  }

  private static YamlText model() throws IOException {
    try (InputStream in = QuickstartCommand.class.getResourceAsStream("quickstart.yaml")) {
      return YamlText.of("quickstart.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void use(Path path, Map<String, Object> results) {
    try (Bundle bundle = Bundle.open(path)) {
      Output.say("3. varve score %s", path);
      Split test = BundleData.open(bundle.manifest(), new DataOptions());
      byte[] images = BundleData.read(test, 0, Math.min(SCORED, test.size()));
      results.put("score", mean(bundle.score(images, 1).bound()));
      byte[] noise = new byte[images.length];
      new Random(1).nextBytes(noise);
      results.put("score_of_noise", mean(bundle.score(noise, 1).bound()));

      Path generated = generated();
      Output.say("4. varve generate %s -n 64 --out %s", path, generated);
      PictureBatch drawn = BundlePictures.of(bundle.generate(64, 1, 1).get("pixels.mean"));
      PictureGrid.samples(drawn, PICTURES).write(generated);

      Path reconstructed = reconstructed();
      Output.say("5. varve reconstruct %s --carry z --out %s", path, reconstructed);
      byte[] few = BundleData.read(test, 0, PICTURES);
      Tensor pixels = bundle.reconstruct(few, Set.of("z"), 1, 1).get("pixels.mean");
      PictureGrid.compare(
              List.of(
                  new PictureGrid.Row("original", BundlePictures.of(few, bundle.manifest().data())),
                  new PictureGrid.Row("carried z", BundlePictures.of(pixels))),
              PICTURES)
          .write(reconstructed);
      results.put("generated", generated.toString());
      results.put("reconstructed", reconstructed.toString());
    }
  }

  private Path generated() {
    return out.resolve("generated.png");
  }

  private Path reconstructed() {
    return out.resolve("reconstructed.png");
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
