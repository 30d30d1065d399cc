package io.varve.conformance.jars;

import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.NotApplicable;
import io.varve.inference.file.FileFault;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JAR whose classes are not loaded: one that cannot be loaded is judged as well.
 *
 * @param target the plug-in
 * @param points the extension points, as {@code Transform}
 * @param contents the JAR, if it can be read
 * @param unreadable why it cannot be read; empty if it can
 */
public record ReadJar(
    Target target, List<String> points, Optional<JarContents> contents, String unreadable)
    implements Fixture {
  static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d+)/(.*)");

  /** Reads a JAR. */
  public static ReadJar of(Target target, List<String> points) {
    try {
      return new ReadJar(target, points, Optional.of(JarContents.read(target.jar())), "");
    } catch (UncheckedIOException e) {
      String failure = "is no whole JAR: " + FileFault.reason(e);
      return new ReadJar(target, points, Optional.empty(), failure);
    }
  }

  /** The JAR; where it cannot be read, J1 says so and other rules do not apply. */
  JarContents plugin() {
    return contents.orElseThrow(() -> new NotApplicable(unreadable));
  }

  /** An entry without the folder that keeps it for later versions of Java. */
  static String unversioned(String entry) {
    Matcher versioned = VERSIONED.matcher(entry);
    return versioned.matches() ? versioned.group(2) : entry;
  }
}
