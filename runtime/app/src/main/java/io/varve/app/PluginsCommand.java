package io.varve.app;

import io.varve.model.Catalog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Shows what the loaded plug-in JARs provide. */
@Command(name = "plugins", description = "Shows plug-ins.", mixinStandardHelpOptions = true)
final class PluginsCommand {
  @ParentCommand private Varve varve;

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the loaded JARs and the components they provide.")
  int list(@Mixin Output output) {
    try (Workspace workspace = Workspace.open(varve)) {
      Map<String, Object> results = new LinkedHashMap<>();
      for (Catalog.Plugin plugin : workspace.catalog().plugins()) {
        results.put(plugin.id(), entry(plugin, output.json));
      }
      output.results(results);
      return 0;
    }
  }

  private static Object entry(Catalog.Plugin plugin, boolean json) {
    if (!json) {
      return plugin.version() + "  " + String.join(", ", plugin.components());
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("version", plugin.version());
    entry.put("jar", plugin.jar().toString());
    entry.put("sha256", plugin.sha256());
    entry.put("components", List.copyOf(plugin.components()));
    return entry;
  }
}
