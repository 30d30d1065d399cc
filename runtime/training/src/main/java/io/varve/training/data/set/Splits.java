package io.varve.training.data.set;

import io.varve.inference.file.Printable;
import io.varve.report.metrics.DataPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The two parts of a data set; their images have one shape.
 *
 * @param notes what a user should know, one line each: what was left out, and why
 */
public record Splits(Split train, Split test, List<String> notes) {
  /** Two parts of which there is nothing to say. */
  public Splits(Split train, Split test) {
    this(train, test, List.of());
  }

  /**
   * Checks that both parts hold images of one shape.
   *
   * @throws IllegalArgumentException if they do not
   */
  public Splits {
    notes = List.copyOf(notes);
    if (!Arrays.equals(train.shape(), test.shape())) {
      throw new IllegalArgumentException(
          "data: training images are %s but test images are %s [channels, height, width]; both must have one shape"
              .formatted(Arrays.toString(train.shape()), Arrays.toString(test.shape())));
    }
  }

  /** One of the parts. */
  public Split part(DataPart part) {
    return part == DataPart.TRAIN ? train : test;
  }

  /**
   * Reads every image of both parts, as {@link Split#check} does.
   *
   * @return what a user should know, one line each; also, how many test images are training images
   * @throws IllegalArgumentException one line that names the first image that cannot be used
   */
  public List<String> check() {
    List<String> lines = new ArrayList<>();
    Check training = train.check();
    Check testing = test.check();
    training.notes().forEach(line -> lines.add("training images: " + line));
    testing.notes().forEach(line -> lines.add("test images: " + line));
    Set<Long> trained = Arrays.stream(training.prints()).boxed().collect(Collectors.toSet());
    int[] twice =
        IntStream.range(0, testing.prints().length)
            .filter(i -> trained.contains(testing.prints()[i]))
            .toArray();
    if (twice.length > 0) {
      String first = Printable.of(test.items().get(twice[0]).name());
      lines.add(
          String.format(
              Locale.ROOT,
              "test images: %d of %d are training images as well, pixel by pixel (%s%s)",
              twice.length,
              test.size(),
              first,
              twice.length > 1 ? ", ..." : ""));
    }
    return lines;
  }
}
