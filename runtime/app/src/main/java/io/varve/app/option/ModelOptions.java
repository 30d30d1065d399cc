package io.varve.app.option;

import io.varve.model.yaml.YamlText;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model file a command reads, and with what changes. */
public final class ModelOptions {
  @Parameters(paramLabel = "MODEL.yaml", description = "The model file.")
  public Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets a key of the model file, as training.epochs=3; may be repeated.")
  List<String> set = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data set; short for --set data.path=DIR.")
  String data;

  /** The file with its changes. */
  public YamlText read() {
    YamlText yaml = YamlText.read(file);
    set.forEach(yaml::set);
    if (data != null) {
      yaml.set("data.path", data);
    }
    return yaml;
  }
}
