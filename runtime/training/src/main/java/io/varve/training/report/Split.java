package io.varve.training.report;

import java.util.Locale;

/** Which part of the data a {@link Point} was measured on. */
public enum Split {
  TRAIN,
  TEST;

  /** The name in files and on the page: {@code train} or {@code test}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
