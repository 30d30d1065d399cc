package io.varve.inference.graph;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is known of a value of a graph at one size of the batch.
 *
 * @param type of its elements
 * @param dims its shape
 * @param numbers its elements where they are whole numbers that are known, such as sizes
 * @param special whether it is a constant with a NaN or an infinity
 * @param constant whether it depends on no input, so that a runtime computes it once and keeps it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Fact(
    ElementType type, long[] dims, Optional<long[]> numbers, Special special, boolean constant) {
  /** What is no number in a constant. */
  enum Special {
    NONE,
    INFINITE,
    NAN
  }

  /** A value of which only type and shape are known. */
  static Fact of(ElementType type, long... dims) {
    return new Fact(type, dims, Optional.empty(), Special.NONE, false);
  }

  /** Known whole numbers. */
  static Fact known(ElementType type, long[] dims, long[] numbers) {
    return new Fact(type, dims, Optional.of(numbers), Special.NONE, false);
  }

  Fact fixed(boolean isConstant) {
    return new Fact(type, dims, numbers, special, isConstant);
  }

  int rank() {
    return dims.length;
  }

  /** The number of elements; the caller knows that it is small. */
  long size() {
    return size(dims);
  }

  long bytes() {
    return size() * type.bytes();
  }

  /** The number of elements, or {@code Long.MAX_VALUE} if that exceeds 64 bits. */
  static long size(long... dims) {
    long size = 1;
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
      size = size > Long.MAX_VALUE / dim ? Long.MAX_VALUE : size * dim;
    }
    return size;
  }

  boolean sameAs(Fact other) {
    return type == other.type && Arrays.equals(dims, other.dims);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(dims);
  }
}
