package io.varve.conformance.jars;

import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.model.plugin.Catalog;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The rules about a JAR that only loading it tells. */
public final class LoadingRules {
  /** The rules for which a JAR is refused before a class of it is loaded. */
  private static final Set<String> REFUSED = Set.of("J1", "J2", "J3", "J4", "J9", "J10");

  private final Loading loading;

  LoadingRules(Loading loading) {
    this.loading = loading;
  }

  /**
   * A JAR to load.
   *
   * @param target the plug-in
   * @param broken the rules that it breaks of those that need no loading
   */
  public record Loading(Target target, Supplier<List<String>> broken) implements Fixture {}

  /** Loads the JAR as every command does, after the others, and unloads it. */
  @Rule
  void j5_loadsBesideOthers() {
    Target target = loading.target();
    try (Catalog catalog = Catalog.ofJars(target.beside())) {
      catalog.load(target.jar());
    } catch (IllegalArgumentException e) {
      for (String rule : loading.broken().get()) {
        if (REFUSED.contains(rule)) {
          throw new NotApplicable(
              "it is not loaded, and its components are not tried: refused for " + rule);
        }
      }
      String prefix = target.jar() + ": ";
      String message = String.valueOf(e.getMessage());
      throw new AssertionError(
          message.startsWith(prefix) ? message.substring(prefix.length()) : message, e);
    }
  }
}
