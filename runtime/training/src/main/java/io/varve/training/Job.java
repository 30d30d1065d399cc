package io.varve.training;

import ai.djl.Device;
import io.varve.model.Catalog;
import io.varve.model.YamlText;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model file to be trained, and where.
 *
 * @param experiment the file, bound
 * @param yaml its text with overrides resolved, as it is kept with the run
 * @param device where it runs
 * @param command the command line, for the report
 */
public record Job(Experiment experiment, String yaml, Device device, String command) {
  /**
   * A job that starts from a model file.
   *
   * @throws IllegalArgumentException one line: file, line, path, what is wrong and what is known
   */
  public static Job of(YamlText yaml, Catalog catalog, Device device, String command) {
    return new Job(Experiment.of(yaml, catalog), yaml.text(), device, command);
  }

  /**
   * The job of a run that is there already.
   *
   * @param data the folder of its data set, where it moved
   * @throws IllegalArgumentException if the folder holds no run, or its model file does not bind
   */
  public static Job of(
      Path run, Catalog catalog, Optional<String> data, Device device, String command) {
    Experiment experiment = Experiment.of(RunFolder.yaml(run, data), catalog);
    return new Job(experiment, RunFolder.text(run), device, command);
  }
}
