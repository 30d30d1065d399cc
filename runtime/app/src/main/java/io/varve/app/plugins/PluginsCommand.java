package io.varve.app.plugins;

import io.varve.app.Varve;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Everything about plug-in JARs as files. */
@Command(
    name = "plugins",
    mixinStandardHelpOptions = true,
    description = "Lists, installs, removes and starts plug-ins.",
    subcommands = {
      PluginsListCommand.class,
      PluginsInstallCommand.class,
      PluginsRemoveCommand.class,
      PluginsNewCommand.class
    })
public final class PluginsCommand {
  @ParentCommand Varve varve;
}
