package io.varve.report.metrics;

import java.util.Locale;

/** Which part of the data a {@link Point} was measured on. */
public enum DataPart {
  TRAIN,
  TEST;

  /** The name in files and on the page: {@code train} or {@code test}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
