package io.varve.conformance.jars;

import java.nio.file.Path;
import java.util.List;

/**
 * A plug-in to verify.
 *
 * @param jar its JAR
 * @param beside the JARs that are loaded with it: its examples may name their components
 * @param packed whether the kit packed the JAR, from a folder of classes that has no manifest
 */
public record Target(Path jar, List<Path> beside, boolean packed) {
  /** Leaves out the JARs beside it that have its id: other versions of it. */
  public Target {
    String id = JarContents.id(jar);
    beside = beside.stream().filter(other -> !JarContents.id(other).equals(id)).toList();
  }

  /** A JAR and others beside it. */
  public static Target of(Path jar, List<Path> beside) {
    return new Target(jar, beside, false);
  }

  /** What its checks are about, where they are about the JAR as a whole. */
  public String subject() {
    return packed ? "classes" : "jar " + jar.getFileName();
  }
}
