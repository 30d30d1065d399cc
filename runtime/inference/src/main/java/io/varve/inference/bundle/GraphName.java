package io.varve.inference.bundle;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a graph of a bundle, as it stands in {@code export:} and in the manifest.
 *
 * @param kind what the graph computes
 * @param variables whose values it takes: those carried, or the derived one to infer from
 * @param exact whether it does every round of a fixed point, converged or not
 */
public record GraphName(Kind kind, List<String> variables, boolean exact) {
  /** Stands in {@code export:} for all graphs that the modes of the model need. */
  public static final String MODES = "modes";

  /** What may stand in {@code export:}, for messages. */
  public static final String KNOWN =
      "modes, bound, importance, infer, generate and, with names of variables, 'carry u z1' and 'infer y', each also with 'exact' before it";

  private static final String EXACT = "exact";

  /** What a graph computes. */
  public enum Kind {
    /** The bound of images and its terms. */
    BOUND,
    /** The log of one importance weight of images. */
    IMPORTANCE,
    /** The latent and derived variables of images, or of values of a derived variable. */
    INFER,
    /** New images from noise alone. */
    GENERATE,
    /** New images from the values of some variables; the rest is drawn. */
    CARRY;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private boolean takes(int variables) {
      return switch (this) {
        case INFER -> variables <= 1;
        case CARRY -> variables >= 1;
        default -> variables == 0;
      };
    }
  }

  /** Freezes the list. */
  public GraphName {
    variables = List.copyOf(variables);
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException if no graph has it
   */
  public static GraphName of(String text) {
    return find(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no graph is named '%s'; known are %s".formatted(text, KNOWN)));
  }

  /** Reads a name, if it is one. */
  public static Optional<GraphName> find(String text) {
    List<String> words = Arrays.asList(text.trim().split(" +"));
    boolean exact = words.get(0).equals(EXACT) && words.size() > 1;
    List<String> rest = exact ? words.subList(1, words.size()) : words;
    List<String> variables = rest.subList(1, rest.size());
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.word().equals(rest.get(0)) && kind.takes(variables.size()))
        .map(kind -> new GraphName(kind, variables, exact))
        .findFirst();
  }

  /** The graph that takes the values of these variables and draws the rest. */
  public static GraphName carrying(Collection<String> variables) {
    Kind kind = variables.isEmpty() ? Kind.GENERATE : Kind.CARRY;
    return new GraphName(kind, List.copyOf(variables), false);
  }

  /** The graph that infers from the values of a derived variable. */
  public static GraphName inferringFrom(String derived) {
    return new GraphName(Kind.INFER, List.of(derived), false);
  }

  /** This graph, doing every round of a fixed point or not. */
  public GraphName exactly(boolean everyRound) {
    return new GraphName(kind, variables, everyRound);
  }

  /** Whether it takes stored images. */
  public boolean takesImages() {
    return variables.isEmpty() && kind != Kind.GENERATE;
  }

  /** Whether it draws data. */
  public boolean draws() {
    return kind == Kind.GENERATE || kind == Kind.CARRY;
  }

  /** The name of its file in a bundle. */
  public String file() {
    return toString().replace(' ', '-') + ".onnx";
  }

  /** The name as text: {@code exact carry u z1}. */
  @Override
  public String toString() {
    String of = variables.isEmpty() ? "" : " " + String.join(" ", variables);
    return (exact ? EXACT + " " : "") + kind.word() + of;
  }
}
