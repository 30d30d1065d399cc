package io.varve.model.faults;

import java.util.Collection;
import java.util.Comparator;

/** The "Did you mean" of error messages. */
public final class Suggestion {
  private Suggestion() {}

  /** A sentence naming the known word nearest to {@code word}, or nothing if none is near. */
  public static String of(String word, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(k -> distance(word, k)))
        .filter(k -> isNear(distance(word, k), word.length()))
        .map(k -> ". Did you mean '" + k + "'?")
        .orElse("");
  }

  /** At most a third of the letters differ, or one of a short word of more than one. */
  private static boolean isNear(int distance, int length) {
    return distance < length && distance <= Math.max(1, length / 3);
  }

  /** The least number of letters put in, left out, replaced, or swapped with the next. */
  private static int distance(String a, String b) {
    int[][] of = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          of[i][j] = i + j;
          continue;
        }
        int substitute = of[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        of[i][j] = Math.min(substitute, 1 + Math.min(of[i - 1][j], of[i][j - 1]));
        if (areSwapped(a, i, b, j)) {
          of[i][j] = Math.min(of[i][j], 1 + of[i - 2][j - 2]);
        }
      }
    }
    return of[a.length()][b.length()];
  }

  /** Whether the two letters before these places are the same the other way round. */
  private static boolean areSwapped(String a, int i, String b, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
