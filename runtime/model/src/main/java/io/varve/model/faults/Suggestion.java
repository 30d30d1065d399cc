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

  /** Levenshtein's edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
