package io.varve.conformance;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules about a JAR whose classes are not loaded, so that one which cannot be loaded is judged
 * as well.
 */
abstract class PackedContract extends Contract {
  static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d+)/(.*)");

  final Target target;
  private final Optional<PackedPlugin> plugin;
  private final String unreadable;

  PackedContract(Target target) {
    this.target = target;
    Optional<PackedPlugin> read = Optional.empty();
    String failure = "";
    try {
      read = Optional.of(PackedPlugin.read(target.jar()));
    } catch (UncheckedIOException e) {
      failure = "is no whole JAR: " + e.getCause().getMessage();
    }
    plugin = read;
    unreadable = failure;
  }

  /** The JAR; where it cannot be read, J1 says so and other rules do not apply. */
  final PackedPlugin plugin() {
    return plugin.orElseThrow(() -> new NotApplicable(unreadable));
  }

  /** Why the JAR cannot be read; empty if it can. */
  final String unreadable() {
    return unreadable;
  }

  /** An entry without the folder that keeps it for later versions of Java. */
  static String unversioned(String entry) {
    Matcher versioned = VERSIONED.matcher(entry);
    return versioned.matches() ? versioned.group(2) : entry;
  }
}
