package io.varve.training.data.set;

import java.util.Arrays;

/** The two parts of a data set; their images have one shape. */
public record Splits(Split train, Split test) {
  /**
   * Checks that both parts hold images of one shape.
   *
   * @throws IllegalArgumentException if they do not
   */
  public Splits {
    if (!Arrays.equals(train.shape(), test.shape())) {
      throw new IllegalArgumentException(
          "data: training images are %s but test images are %s [channels, height, width]; both must have one shape"
              .formatted(Arrays.toString(train.shape()), Arrays.toString(test.shape())));
    }
  }
}
