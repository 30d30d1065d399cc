package io.varve.conformance;

import io.varve.model.plugin.Catalog;
import java.util.List;
import java.util.Set;

/** The rules about a JAR that only loading it tells. */
final class LoadingContract extends Contract {
  /**
   * What the message begins with where a rule that needs no loading tells why it cannot be done.
   */
  static final String NOT_LOADED = "it is not loaded, and its components are not tried: refused ";

  /** The rules for which a JAR is refused before a class of it is loaded. */
  private static final Set<String> REFUSED = Set.of("J1", "J2", "J3", "J4", "J9", "J10");

  private final Target target;

  LoadingContract(Target target) {
    this.target = target;
  }

  /** Loads the JAR as every command does, after the others, and unloads it. */
  @Rule
  public void j5_loadsBesideOthers() {
    try (Catalog catalog = Catalog.ofJars(target.beside())) {
      catalog.load(target.jar());
    } catch (IllegalArgumentException e) {
      for (String rule : brokenBefore()) {
        throw new NotApplicable(NOT_LOADED + "for " + rule);
      }
      String prefix = target.jar() + ": ";
      String message = String.valueOf(e.getMessage());
      throw new AssertionError(
          message.startsWith(prefix) ? message.substring(prefix.length()) : message, e);
    }
  }

  private List<String> brokenBefore() {
    return Kit.ofFile(target).stream()
        .filter(check -> REFUSED.contains(check.id().rule()))
        .filter(check -> !check.run().ok())
        .map(check -> check.id().rule())
        .toList();
  }
}
