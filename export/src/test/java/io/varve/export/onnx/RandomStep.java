package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import io.varve.export.onnx.record.Trace;
import java.util.List;

/**
 * One statement of a random program; its result is known by its position.
 *
 * @param text what an author would write, with {0}, {1} for the arrays it reads
 * @param kind what it does to rounding errors and memory
 * @param reads the statements whose results it reads
 * @param code runs it
 */
record RandomStep(String text, Kind kind, List<Integer> reads, Code code) {
  /**
   * Begins the text of a statement that is compared for finite operands only: where the order of
   * equal elements is open, where the engine spreads a NaN to rows that have none (logSoftmax) or
   * to pixels of no weight, and where ONNX Runtime loses one (maxPool).
   */
  static final String FINITE = "of finite numbers ";

  /** How far the result of a statement may differ between two correct machines. */
  enum Kind {
    /** Declares an input, a parameter or a constant. */
    SOURCE,
    /** Moves, chooses or compares elements: given the same operands, the result is the same. */
    EXACT,
    /** Rounds. */
    ROUNDED,
    /** Rounds on its way, so that a small result may be as far off as one of size 1. */
    COMPOSED,
    /** Rounds, and changes its first operand in place. */
    IN_PLACE
  }

  /** Runs a statement in a trace. */
  @FunctionalInterface
  interface Code {
    NDArray run(Trace trace, NDArray... in);
  }

  RandomStep {
    reads = List.copyOf(reads);
  }

  private static final String NOTHING = "{0}";

  /** A statement that gives an operand as it is. */
  static RandomStep skip(int read) {
    return new RandomStep(NOTHING, Kind.EXACT, List.of(read), (trace, in) -> in[0]);
  }

  boolean skipped() {
    return text.equals(NOTHING);
  }

  String written() {
    String written = text;
    for (int i = 0; i < reads.size(); i++) {
      written = written.replace("{" + i + "}", "v" + reads.get(i));
    }
    return written;
  }

  RandomStep reading(List<Integer> others) {
    return new RandomStep(text, kind, others, code);
  }
}
