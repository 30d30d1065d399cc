package io.varve.app;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version in the JAR's manifest. */
final class Version implements IVersionProvider {
  /** The version, or {@code development} when run from classes. */
  static String text() {
    return Optional.ofNullable(Varve.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"varve " + text()};
  }
}
