package io.varve.training.data.drawn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The lines of the digits 0 to 9 in several hands, drawn for this project.
 *
 * <p>A skeleton is strokes parted by {@code |}; a stroke is a chain of cubic Bezier curves {@code x
 * y x y x y x y x y x y x y ...} in hundredths of a unit square, y downwards.
 */
final class Skeletons {
  private static final String[] LINES = {
    "52 4  12 2 12 98 50 96  90 94 88 2 50 5", // 0
    "52 4  52 35 50 65 48 96", // 1
    "30 26  38 20 46 14 53 4  53 35 52 65 52 96", // 1 with a flag
    "22 28  24 0 78 -4 75 32  73 55 36 74 20 94  40 90 60 95 82 92", // 2
    "24 24  32 -2 80 2 73 36  66 66 32 92 24 86  18 72 48 78 58 88  66 95 76 94 84 86", // 2 with a
    // loop
    "24 14  40 -2 76 2 72 27  69 44 52 46 42 47  62 47 82 54 78 74  73 102 34 98 20 84", // 3
    "36 6  30 28 26 44 22 58  40 57 60 56 80 55 | 67 22  65 46 62 70 60 97", // 4, open
    "64 5  50 25 34 44 20 64  40 63 62 62 84 61 | 64 5  63 36 62 66 60 97", // 4, closed
    "34 8  32 22 30 34 28 46  50 32 82 42 77 70  72 100 36 98 20 86 | 34 8  46 8 60 8 76 6", // 5
    "66 5  36 18 20 50 26 74  32 102 76 98 74 72  72 48 36 48 27 72", // 6
    "20 10  40 11 60 11 80 9  64 34 50 62 42 96", // 7
    "20 12  40 11 60 11 80 9  66 34 52 62 44 96 | 34 52  46 51 56 50 68 49", // 7 with a bar
    "70 18  58 -4 24 4 30 26  36 46 74 54 72 76  68 102 28 100 28 77  28 54 72 46 70 18", // 8
    "72 26  62 -4 24 6 27 30  32 56 70 50 72 26  74 50 68 76 56 96", // 9
  };

  /** How often each line is drawn, in this order, so that all ten digits are equally frequent. */
  private static final int[] WEIGHTS = {2, 1, 1, 1, 1, 2, 1, 1, 2, 2, 1, 1, 2, 2};

  /** One skeleton per entry, repeated by weight; coordinates in a unit square. */
  static final List<List<double[]>> DIGITS = parse();

  private Skeletons() {}

  private static List<List<double[]>> parse() {
    List<List<double[]>> digits = new ArrayList<>();
    for (int i = 0; i < LINES.length; i++) {
      List<double[]> strokes = Arrays.stream(LINES[i].split("\\|")).map(Skeletons::stroke).toList();
      for (int times = 0; times < WEIGHTS[i]; times++) {
        digits.add(strokes);
      }
    }
    return List.copyOf(digits);
  }

  private static double[] stroke(String text) {
    return Arrays.stream(text.trim().split("\\s+"))
        .mapToDouble(number -> Integer.parseInt(number) / 100.0)
        .toArray();
  }
}
