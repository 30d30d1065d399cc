package io.varve.app.plugins;

import io.varve.app.option.Output;
import io.varve.model.plugin.Catalog;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Installs a plug-in JAR into the plug-ins folder. */
@Command(
    name = "install",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a plug-in JAR and copies it into the plug-ins folder.",
      "That is the last folder of --plugins, otherwise the distribution's own."
    })
final class PluginsInstallCommand implements Callable<Integer> {
  @ParentCommand private PluginsCommand plugins;
  @Mixin private Output output;

  @Parameters(paramLabel = "JAR", description = "The plug-in's JAR.")
  private Path jar;

  @Option(names = "--replace", description = "Replace a JAR with the same Plugin-Id or file name.")
  private boolean replace;

  @Override
  public Integer call() {
    PluginFolder folder = PluginFolder.of(plugins.global);
    Catalog.Plugin plugin = folder.install(jar, replace);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("id", plugin.id());
    results.put("version", plugin.version());
    results.put("jar", folder.own().resolve(jar.getFileName()).toString());
    results.put("sha256", plugin.sha256());
    results.put("components", plugin.components());
    output.result(
        "installed "
            + plugin.id()
            + " "
            + plugin.version()
            + ": "
            + String.join(", ", plugin.components()),
        results);
    return 0;
  }
}
