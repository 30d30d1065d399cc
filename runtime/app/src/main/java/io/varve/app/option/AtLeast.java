package io.varve.app.option;

/** The least that the number of an option may be. */
public final class AtLeast {
  private AtLeast() {}

  /**
   * The number of an option.
   *
   * @throws IllegalArgumentException naming the option, if the number is too small
   */
  public static int of(int least, String option, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s: must be at least %d, not %d".formatted(option, least, value));
    }
    return value;
  }
}
