package io.varve.conformance;

import io.varve.model.Catalog;
import java.nio.file.Path;

/** The rules J1 and on, for a JAR as a whole. */
final class JarContract extends Contract {
  final Path jar;
  final Catalog catalog;

  JarContract(Path jar, Catalog catalog) {
    this.jar = jar;
    this.catalog = catalog;
  }
}
