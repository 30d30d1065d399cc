package io.varve.inference.file;

import java.util.Locale;

/** Which memory of the Java virtual machine was too small. */
public final class MemoryFault {
  private MemoryFault() {}

  /** The option of Java that makes the memory larger: that of the heap, or of direct buffers. */
  public static String option(OutOfMemoryError error) {
    String what = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return what.contains("direct") ? "-XX:MaxDirectMemorySize" : "-Xmx";
  }
}
