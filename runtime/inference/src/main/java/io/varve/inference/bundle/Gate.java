package io.varve.inference.bundle;

import io.varve.inference.file.MemoryFault;
import io.varve.inference.file.Printable;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Lets a check read what a stranger may have written. Whatever it finds wrong, the error is one
 * line of bounded length that cannot steer a terminal; and no file ends the process.
 */
final class Gate {
  private static final int LONGEST = 800;

  private Gate() {}

  /**
   * The result of a check.
   *
   * @throws IllegalArgumentException if it refuses the file
   */
  static <T> T through(Path bundle, Supplier<T> check) {
    try {
      return check.get();
    } catch (IllegalArgumentException e) {
      String line = Printable.of(e.getMessage());
      throw line.equals(e.getMessage()) && line.length() <= LONGEST
          ? e
          : new IllegalArgumentException(brief(line), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException(brief(bundle + ": is nested too deeply"), e);
    } catch (OutOfMemoryError e) {
      String what = ": is too large for the memory of this process; give Java more (%s)";
      throw new IllegalArgumentException(brief(bundle + what.formatted(MemoryFault.option(e))), e);
    }
  }

  private static String brief(String line) {
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
