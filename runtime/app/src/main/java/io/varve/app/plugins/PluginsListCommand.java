package io.varve.app.plugins;

import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.model.plugin.Catalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Shows what the plug-in JARs provide, and which are left out. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the plug-in JARs, their components, and the JARs left out.",
      "The exit code is 2 if one is left out."
    })
final class PluginsListCommand implements Callable<Integer> {
  private static final int LEFT_OUT = 2;

  @ParentCommand private PluginsCommand plugins;
  @Mixin private Output output;

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.quietly(plugins.global)) {
      Catalog catalog = workspace.catalog();
      if (output.json) {
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("plugins", json(catalog));
        results.put("left_out", leftOut(catalog));
        output.results(results);
      } else {
        Map<String, Object> lines = new LinkedHashMap<>();
        catalog
            .plugins()
            .forEach(
                p -> lines.put(p.id(), p.version() + "  " + String.join(", ", p.components())));
        output.results(lines);
        Output.lines(catalog.leftOut().stream().map(leftOut -> "left out: " + leftOut));
      }
      return catalog.leftOut().isEmpty() ? 0 : LEFT_OUT;
    }
  }

  private static Map<String, Object> json(Catalog catalog) {
    Map<String, Object> plugins = new LinkedHashMap<>();
    for (Catalog.Plugin plugin : catalog.plugins()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("version", plugin.version());
      entry.put("provider", plugin.provider());
      entry.put("jar", plugin.jar().toString());
      entry.put("sha256", plugin.sha256());
      entry.put("components", plugin.components());
      plugins.put(plugin.id(), entry);
    }
    return plugins;
  }

  private static List<Map<String, Object>> leftOut(Catalog catalog) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Catalog.LeftOut leftOut : catalog.leftOut()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("jar", leftOut.jar().toString());
      entry.put("reason", leftOut.reason());
      entry.put("components", leftOut.components());
      all.add(entry);
    }
    return all;
  }
}
