package io.varve.app.plugins;

import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Workspace;
import io.varve.inference.file.JsonText;
import io.varve.model.binder.Schema;
import io.varve.training.Experiment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Prints the JSON Schema of model files. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description =
        "Prints a JSON Schema of model files, including the loaded plug-ins, for editors.")
public final class SchemaCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.open(global)) {
      System.out.print(JsonText.indented(Schema.of(workspace.binder(), Experiment.class)));
      return 0;
    }
  }
}
