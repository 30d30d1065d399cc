package io.varve.training.run;

import ai.djl.Device;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.UsedPlugins;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import io.varve.training.data.set.Splits;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model file to be trained, and where.
 *
 * @param experiment the file, bound
 * @param yaml its text with overrides resolved, as it is kept with the run
 * @param plugins the JARs its components come from
 * @param device where it runs
 * @param command the command line, for the report
 * @param acceptChangedData whether a run may go on with other data
 */
public record TrainingJob(
    Experiment experiment,
    String yaml,
    List<Catalog.Plugin> plugins,
    Device device,
    String command,
    boolean acceptChangedData) {
  /**
   * A job that starts from a model file.
   *
   * @throws IllegalArgumentException one line: file, line, path, what is wrong and what is known
   */
  public static TrainingJob of(YamlText yaml, Catalog catalog, Device device, String command) {
    Experiment experiment = Experiment.of(yaml, catalog);
    return new TrainingJob(
        experiment, yaml.text(), UsedPlugins.of(experiment, catalog), device, command, false);
  }

  /**
   * The job of a run that is there already.
   *
   * @throws IllegalArgumentException if the folder holds no run, its model file does not bind, or a
   *     plug-in has changed since and that is not accepted
   */
  public static TrainingJob of(Path run, TrainedModel.Options options, String command) {
    Experiment experiment = Experiment.of(RunFolder.yaml(run, options.data()), options.catalog());
    List<Catalog.Plugin> plugins = options.plugins(run, experiment);
    return new TrainingJob(
        experiment,
        RunFolder.text(run),
        plugins,
        options.device(),
        command,
        options.accepted().data());
  }

  /**
   * Starts a run, and records the data it is trained on.
   *
   * @throws IllegalArgumentException as {@link RunFolder#create} does
   */
  public RunFolder create(Path out, Splits data) {
    RunFolder folder = RunFolder.create(out, yaml, plugins);
    DataRecord.write(out, experiment.data().source(), data);
    return folder;
  }

  /**
   * Opens a run to go on with it on these data.
   *
   * @param notes hears that the data have changed, where that is accepted
   * @throws IllegalArgumentException as {@link RunFolder#open} does, or if the data have changed
   */
  public RunFolder open(Path run, Splits data, Consumer<String> notes) {
    if (acceptChangedData) {
      DataRecord.note(run, data, notes);
    } else {
      DataRecord.require(run, data, notes);
    }
    RunFolder folder = RunFolder.open(run, plugins);
    DataRecord.write(run, experiment.data().source(), data);
    return folder;
  }
}
