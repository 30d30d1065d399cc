package io.varve.app.bench;

import io.varve.app.option.AtLeast;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.ModelOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.app.train.ExportCommand;
import io.varve.app.train.TrainingRuns;
import io.varve.inference.Bundle;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.TemporaryFolder;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.run.TrainedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Measures the speed of training and inference. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the speed of a model file or a bundle: medians after a warm-up, images per second.",
      "For a model file: training steps, and inference of its bundle with fresh weights. For a bundle: inference."
    })
public final class BenchCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Mixin private Output output;
  @Mixin private DeviceOption device;
  @Mixin private ModelOptions model;

  @Parameters(paramLabel = "MODEL.yaml|BUNDLE", description = "What to measure.")
  private Path target;

  @Option(names = "--train", description = "Measure training only.")
  private boolean trainOnly;

  @Option(
      names = "--exact",
      description =
          "Only compare 'generate' with 'exact generate', which runs every round where it iterates: passes, residual, seconds and the speed-up. The bundle needs both graphs.")
  private boolean exact;

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "16",
      description = "With --exact: images per batch (default: 16).")
  private int count;

  @Option(
      names = "--steps",
      defaultValue = "100",
      description = "How many training steps to time (default: 100).")
  private int steps;

  @Option(
      names = "--batches",
      split = ",",
      paramLabel = "ROWS",
      defaultValue = "1,64",
      description = "How many rows at once a bundle is measured with (default: 1,64).")
  private List<Integer> batches;

  @Option(
      names = "--seconds",
      description = "How long each speed of a bundle is measured (default: 3).")
  private double seconds = Stopwatch.SECONDS;

  @Option(
      names = "--against",
      paramLabel = "FILE.json",
      description =
          "Adds the ratio to figures from elsewhere: a JSON object with names as this command prints them, such as {\"train_images_per_second\": 1500}. The output of --json will do.")
  private Optional<Path> against = Optional.empty();

  @Override
  public Integer call() {
    if (!(seconds > 0 && seconds <= Stopwatch.MOST_SECONDS)) {
      throw new IllegalArgumentException(
          "--seconds: must be above 0 and at most "
              + (int) Stopwatch.MOST_SECONDS
              + ", not "
              + seconds);
    }
    batches.forEach(rows -> AtLeast.of(1, "--batches", rows));
    Optional<OtherFigures> others = against.map(OtherFigures::read);
    Map<String, Object> results = new LinkedHashMap<>();
    if (exact) {
      results.putAll(new SolverBench(target, device.options(), count).measure());
    } else if (Files.exists(target.resolve(Manifest.FILE))) {
      inference(target, results);
    } else {
      try (Workspace workspace = Workspace.open(global)) {
        model(workspace.catalog(), results);
      }
    }
    others.ifPresent(figures -> results.put("ratio", figures.ratios(results)));
    output.results(results);
    return 0;
  }

  private void model(Catalog catalog, Map<String, Object> results) {
    try (TemporaryFolder folder = new TemporaryFolder()) {
      TrainingBench training = new TrainingBench(catalog, device.chosen(), steps);
      training.measure(model.read(target), folder.path().resolve("timed"), results);
      if (trainOnly) {
        return;
      }
      Path run = folder.path().resolve("run");
      YamlText brief = model.read(target).set("training.epochs=1").set("training.batch=64");
      brief.set("data.train-images=64").set("data.test-images=64");
      if (TrainingRuns.train(brief, catalog, run, "cpu", "varve bench").scores().isEmpty()) {
        return; // stopped by a signal
      }
      Path bundle = folder.path().resolve("bundle");
      ExportCommand.export(catalog, run, bundle, Optional.empty());
      inference(bundle, results);
      djl(catalog, run, results);
    }
  }

  private void inference(Path path, Map<String, Object> results) {
    try (Bundle bundle = Bundle.open(path, device.options())) {
      results.put("inference_device", bundle.device());
      int bytes =
          bundle.manifest().data().shape().stream().reduce(1L, Math::multiplyExact).intValue();
      for (int rows : batches) {
        if ((long) rows * bytes > Integer.MAX_VALUE) {
          throw new IllegalArgumentException(
              "--batches: "
                  + rows
                  + " images of "
                  + bytes
                  + " bytes are too many; at most "
                  + Integer.MAX_VALUE / bytes);
        }
      }
      Map<String, IntConsumer> work = new LinkedHashMap<>();
      work.put("infer", n -> bundle.infer(new byte[n * bytes], 1));
      work.put("bound", n -> bundle.score(new byte[n * bytes], 1));
      work.put("generate", n -> bundle.generate(n, 1, 1));
      work.keySet().retainAll(bundle.manifest().graphs().keySet()); // a flow alone infers nothing
      work.forEach((graph, done) -> results.put(graph + "_images_per_second", speeds(done)));
    }
  }

  /** The same work in DJL, from the same weights. */
  private void djl(Catalog catalog, Path run, Map<String, Object> results) {
    TrainedModel.Options options =
        new TrainedModel.Options(
            catalog, Optional.empty(), Devices.of(device.chosen()), note -> {});
    try (TrainedModel trained = TrainedModel.load(run, options)) {
      Evaluator evaluator = trained.evaluator();
      results.put(
          "generate_djl_images_per_second", speeds(n -> evaluator.pictures().samples(n, 1)));
    }
  }

  /** Images per second by batch size. */
  private Map<String, Double> speeds(IntConsumer work) {
    Map<String, Double> speeds = new LinkedHashMap<>();
    for (int batch : batches) {
      speeds.put(
          String.valueOf(batch), batch / Stopwatch.median(() -> work.accept(batch), seconds));
    }
    return speeds;
  }
}
