package io.varve.conformance;

import io.varve.model.Catalog;

/** The rules about a JAR that only loading it tells. */
final class LoadingContract extends Contract {
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
      String prefix = target.jar() + ": ";
      String message = String.valueOf(e.getMessage());
      throw new AssertionError(
          message.startsWith(prefix) ? message.substring(prefix.length()) : message, e);
    }
  }
}
