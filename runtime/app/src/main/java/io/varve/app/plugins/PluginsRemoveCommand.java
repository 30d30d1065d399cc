package io.varve.app.plugins;

import io.varve.app.option.Output;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Deletes a plug-in JAR. */
@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    description = "Deletes a plug-in's JAR from its folder.")
final class PluginsRemoveCommand implements Callable<Integer> {
  @ParentCommand private PluginsCommand plugins;
  @Mixin private Output output;

  @Parameters(paramLabel = "ID|FILE", description = "Its Plugin-Id, file name or path.")
  private String which;

  @Option(names = "--force", description = "Also remove a plug-in that comes with Varve.")
  private boolean force;

  @Override
  public Integer call() {
    String jar = PluginFolder.of(plugins.global).remove(which, force).toString();
    output.result("removed " + jar, Map.of("removed", jar));
    return 0;
  }
}
