package io.varve.training.data.set;

import java.util.List;

/**
 * What came of reading every image of a split.
 *
 * @param notes what a user should know, one line each
 * @param prints a number for each image that is the same for the same pixels; none where the images
 *     are not files of their own
 */
@SuppressWarnings("ArrayRecordComponent") // looked through once, never compared
public record Check(List<String> notes, long[] prints) {
  /** Images of which there is nothing to say. */
  static final Check NOTHING = new Check(List.of(), new long[0]);
}
