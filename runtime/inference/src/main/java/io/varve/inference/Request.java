package io.varve.inference;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * How a request is answered: which noise its rows get, and how long it may take.
 *
 * <pre>{@code
 * Request request = Request.of(7).withRows(412, 90).withTimeout(Duration.ofSeconds(2));
 * Score score = bundle.score(twoImages, request);
 * }</pre>
 *
 * <p>The noise of a row depends on its seed and its number alone, so a row gets the same result in
 * whatever company it is computed.
 *
 * @param seed of the noise of all rows
 * @param seeds a seed of its own for each row; empty: {@code seed}
 * @param firstRow the number of the first row, where rows are numbered in order
 * @param rows a number of its own for each row; empty: in order from {@code firstRow}
 * @param temperature scales the noise, from 0 to {@link #HOTTEST}: 1 is the model, 0 the centre of
 *     every distribution
 * @param timeout how long the request may take; empty: as long as {@link InferenceOptions} say
 */
public record Request(
    long seed,
    List<Long> seeds,
    long firstRow,
    List<Long> rows,
    float temperature,
    Optional<Duration> timeout) {
  /** The highest temperature; far beyond any use, and far below where numbers overflow. */
  public static final float HOTTEST = 1000;

  /**
   * Checks the request.
   *
   * @throws IllegalArgumentException if a row's number is negative, the temperature is out of its
   *     range or no number, or the timeout is not positive
   */
  public Request {
    Inputs.requireGiven(seeds, "seeds");
    Inputs.requireGiven(rows, "rows");
    Inputs.requireGiven(timeout, "timeout");
    seeds = List.copyOf(seeds);
    rows = List.copyOf(rows);
    checkTemperature(temperature);
    Inputs.require(firstRow >= 0, "first row: " + firstRow + ", expected none below 0");
    for (long row : rows) {
      Inputs.require(row >= 0, "row: " + row + ", expected none below 0");
    }
    checkTimeout(timeout);
  }

  static void checkTimeout(Optional<Duration> timeout) {
    Inputs.require(
        timeout.filter(time -> time.isZero() || time.isNegative()).isEmpty(),
        "timeout: " + timeout.orElse(Duration.ZERO) + ", expected more than 0");
  }

  static void checkTemperature(float temperature) {
    Inputs.require(
        temperature >= 0 && temperature <= HOTTEST,
        "temperature: %s, expected a number from 0 to %.0f".formatted(temperature, HOTTEST));
  }

  /** Rows in order from 0, temperature 1, no timeout of its own. */
  public static Request of(long seed) {
    return new Request(seed, List.of(), 0, List.of(), 1, Optional.empty());
  }

  /** This request with another temperature. */
  public Request withTemperature(float other) {
    return new Request(seed, seeds, firstRow, rows, other, timeout);
  }

  /** This request with rows in order from another number. */
  public Request withFirstRow(long other) {
    return new Request(seed, seeds, other, List.of(), temperature, timeout);
  }

  /** This request with a number for each row. */
  public Request withRows(long... numbers) {
    Inputs.requireGiven(numbers, "rows");
    List<Long> list = LongStream.of(numbers).boxed().toList();
    return new Request(seed, seeds, firstRow, list, temperature, timeout);
  }

  /** This request with a seed for each row. */
  public Request withSeeds(long... each) {
    Inputs.requireGiven(each, "seeds");
    List<Long> list = LongStream.of(each).boxed().toList();
    return new Request(seed, list, firstRow, rows, temperature, timeout);
  }

  /** This request with so much time. */
  public Request withTimeout(Duration other) {
    Inputs.requireGiven(other, "timeout");
    return new Request(seed, seeds, firstRow, rows, temperature, Optional.of(other));
  }

  long seed(int row) {
    return seeds.isEmpty() ? seed : seeds.get(row);
  }

  long number(int row) {
    return rows.isEmpty() ? firstRow + row : rows.get(row);
  }

  /** Whether all rows have one seed and successive numbers. */
  boolean inOrder() {
    return seeds.isEmpty() && rows.isEmpty();
  }

  /** Refuses a request that says something about another number of rows. */
  void checkRows(int count) {
    for (List<Long> each : List.of(seeds, rows)) {
      Inputs.require(
          each.isEmpty() || each.size() == count,
          "request: has "
              + each.size()
              + " seeds or row numbers, expected one for each of "
              + count
              + " rows");
    }
    Inputs.require(
        firstRow <= Long.MAX_VALUE - count,
        "first row: " + firstRow + ", expected one with room for " + count + " rows after it");
  }
}
