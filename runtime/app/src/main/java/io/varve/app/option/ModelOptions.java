package io.varve.app.option;

import io.varve.model.yaml.YamlText;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The changes that a command makes to a model file. */
public final class ModelOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the model file, as training.epochs=3; may be repeated.")
  private List<String> set = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data set; short for --set data.path=DIR.")
  private String data;

  /** Reads a model file and makes the changes. */
  public YamlText read(Path file) {
    YamlText yaml = YamlText.read(file);
    set.forEach(yaml::set);
    if (data != null) {
      yaml.set("data.path", data);
    }
    return yaml;
  }
}
