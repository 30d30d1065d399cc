package io.varve.app;

import io.varve.inference.Bundle;
import io.varve.inference.Manifest;
import io.varve.training.Devices;
import io.varve.training.Evaluator;
import io.varve.training.Trained;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Measures a run or a bundle; the same seed gives both the same noise. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a run (in DJL) or a bundle (in ONNX Runtime) on images.",
      "Prints the bound, its terms, bits per dimension and the importance-weighted bound. One seed is one noise for both."
    })
final class EvaluateCommand implements Callable<Integer> {
  @ParentCommand private Varve varve;
  @Mixin private DataOptions data;
  @Mixin private Output output;
  @Mixin private DeviceOption device;
  @Mixin private ChangedPluginsOption changed;

  @Parameters(paramLabel = "RUN|BUNDLE", description = "What to measure.")
  private Path target;

  @Option(
      names = "--importance-samples",
      paramLabel = "K",
      defaultValue = "0",
      description = "Also the importance-weighted bound by K samples (default: none).")
  private int samples;

  @Option(names = "--batch", defaultValue = "256", description = "Images at a time (default: 256).")
  private int batch;

  @Option(names = "--seed", defaultValue = "1", description = "Of the noise (default: 1).")
  private long seed;

  @Override
  public Integer call() {
    output.results(Files.exists(target.resolve(Manifest.FILE)) ? bundle() : run());
    return 0;
  }

  private Map<String, Object> bundle() {
    Bundle.Options options = Bundle.Options.of().withDevice(device.name).withChunk(batch);
    try (Bundle bundle = Bundle.open(target, options)) {
      return new BundleScores(bundle, BundleData.open(bundle.manifest(), data), samples, seed)
          .summary();
    }
  }

  private Map<String, Object> run() {
    try (Workspace workspace = Workspace.open(varve);
        Trained trained =
            Trained.load(
                target,
                new Trained.Options(
                    workspace.catalog(),
                    data.folder(),
                    Devices.of(device.name),
                    note -> Output.say("note: %s", note),
                    changed.accepted))) {
      return Runs.summary(
          trained
              .evaluator()
              .evaluate(data.of(trained.data()), new Evaluator.Plan(samples, batch, seed)));
    }
  }
}
