package io.varve.app.plugins;

import io.varve.app.option.GlobalOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The group of commands that handle plug-in JARs. */
@Command(
    name = "plugins",
    mixinStandardHelpOptions = true,
    description = "Lists, installs, removes and creates plug-ins.",
    subcommands = {
      PluginsListCommand.class,
      PluginsInstallCommand.class,
      PluginsRemoveCommand.class,
      PluginsNewCommand.class
    })
public final class PluginsCommand {
  @ParentCommand GlobalOptions global;
}
