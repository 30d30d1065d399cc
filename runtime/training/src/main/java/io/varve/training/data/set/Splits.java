package io.varve.training.data.set;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /**
   * Reads every image of both parts, as {@link Split#check} does.
   *
   * @throws IllegalArgumentException one line that names the first image that cannot be used
   */
  public List<String> check() {
    List<String> notes = new ArrayList<>();
    train.check().forEach(line -> notes.add("training images: " + line));
    test.check().forEach(line -> notes.add("test images: " + line));
    return notes;
  }
}
