package io.varve.conformance;

import java.nio.file.Path;
import java.util.List;

/**
 * A plug-in to verify.
 *
 * @param jar its JAR
 * @param beside the JARs that are loaded with it: its examples may name their components
 * @param packed whether the kit packed the JAR, from a folder of classes that has no manifest
 */
record Target(Path jar, List<Path> beside, boolean packed) {
  Target {
    String id = PackedPlugin.id(jar);
    beside = beside.stream().filter(other -> !PackedPlugin.id(other).equals(id)).toList();
  }

  /** A JAR and others; one of them with its Plug-in's id is another version of it, left out. */
  static Target of(Path jar, List<Path> beside) {
    return new Target(jar, beside, false);
  }

  /** What its checks are about, where they are about the JAR as a whole. */
  String subject() {
    return packed ? "classes" : "jar " + jar.getFileName();
  }
}
