package io.varve.app.option;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version in the JAR's manifest. */
public final class Version implements IVersionProvider {
  /** The version, or {@code development} when run from classes. */
  public static String text() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"varve " + text()};
  }
}
