package io.varve.inference.bundle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A way to make x, under the name that Gatopoulos and Tomczak (2021, section 3.3) give it: what is
 * carried keeps the value inferred from an image, the rest is drawn from p.
 *
 * <p>With derived variables y_1 .. y_K from coarse to fine, u behind y_1 and z_k between y_k and
 * the next finer data:
 *
 * <pre>
 * reconstruction-1, -2, ...      {u}, {u, z_1}, {u, z_1, z_2}, ...
 * conditional-generation-k       {y_k, z_{k-1}}; z_0 is u
 * conditional-reconstruction-k   {y_k, z_k, ..., z_K}
 * generation                     {}
 * </pre>
 *
 * <p>With one y the conditional modes bear no number; without any there are {@code reconstruction},
 * which carries every latent, and {@code generation}. Section 3.3 introduces the conditional modes
 * as "generation" with a sampled and "reconstruction" with an inferred z, and so do its figures;
 * the formulas that follow it there stand in the other order.
 *
 * @param name as on the command line, {@code conditional-generation}
 * @param carried in generative order
 */
public record Mode(String name, Set<String> carried) {
  /** The mode that carries nothing. */
  public static final String GENERATION = "generation";

  private static final String RECONSTRUCTION = "reconstruction";
  private static final String CONDITIONAL_GENERATION = "conditional-generation";
  private static final String CONDITIONAL_RECONSTRUCTION = "conditional-reconstruction";

  /** Copies the set, keeping its order. */
  public Mode {
    carried = Collections.unmodifiableSet(new LinkedHashSet<>(carried));
  }

  /** The modes of a model, generation last. */
  public static List<Mode> of(List<Manifest.Variable> variables) {
    return new Levels(variables).modes();
  }

  /** The name as it is written in a sentence. */
  public String title() {
    return name.replace('-', ' ');
  }

  /** What is carried, as {@code {u, z}}. */
  public String set() {
    return "{" + String.join(", ", carried) + "}";
  }

  /** The graph of a bundle that draws what is not carried. */
  public String graph() {
    return GraphName.carrying(carried).toString();
  }

  /**
   * Scalars carried over scalars in x (Gatopoulos and Tomczak, 2021, Figure 6).
   *
   * @param variables all of the model
   */
  public double memoryRatio(List<Manifest.Variable> variables) {
    long kept = 0;
    long data = 0;
    for (Manifest.Variable variable : variables) {
      kept += carried.contains(variable.name()) ? Manifest.size(variable.shape()) : 0;
      data += variable.kind().equals("observed") ? Manifest.size(variable.shape()) : 0;
    }
    return (double) kept / data;
  }

  /**
   * What has to be known beside a value of a derived variable to make x of it: that variable and
   * the latents right behind it.
   *
   * @throws IllegalArgumentException if the variable is not derived
   */
  public static Set<String> conditional(String derived, List<Manifest.Variable> variables) {
    Levels levels = new Levels(variables);
    int level = levels.derived.indexOf(derived);
    if (level < 0) {
      throw new IllegalArgumentException(
          "'%s' is no derived variable; this model's are %s".formatted(derived, levels.derived));
    }
    return levels.with(derived, level, level + 1);
  }

  /** Latents and derived variables in generative order: latents, y_1, latents, y_2, latents. */
  private static final class Levels {
    private final List<String> derived = new ArrayList<>();
    private final List<List<String>> latents = new ArrayList<>(List.of(new ArrayList<>()));

    Levels(List<Manifest.Variable> variables) {
      for (Manifest.Variable variable : variables) {
        switch (variable.kind()) {
          case "latent" -> latents.get(derived.size()).add(variable.name());
          case "derived" -> {
            derived.add(variable.name());
            latents.add(new ArrayList<>());
          }
          default -> {}
        }
      }
    }

    List<Mode> modes() {
      List<Mode> modes = new ArrayList<>();
      Set<String> kept = new LinkedHashSet<>();
      for (List<String> level : latents) {
        if (kept.addAll(level)) {
          String number = derived.isEmpty() ? "" : "-" + (modes.size() + 1);
          modes.add(new Mode(RECONSTRUCTION + number, kept));
        }
      }
      for (int k = 0; k < derived.size(); k++) {
        modes.add(new Mode(numbered(CONDITIONAL_GENERATION, k), with(derived.get(k), k, k + 1)));
      }
      for (int k = 0; k < derived.size(); k++) {
        Set<String> finer = with(derived.get(k), k + 1, latents.size());
        if (finer.size() > 1) {
          modes.add(new Mode(numbered(CONDITIONAL_RECONSTRUCTION, k), finer));
        }
      }
      modes.add(new Mode(GENERATION, Set.of()));
      return List.copyOf(modes);
    }

    private String numbered(String name, int k) {
      return derived.size() == 1 ? name : name + "-" + (k + 1);
    }

    /** A derived variable and the latents of some levels. */
    private Set<String> with(String y, int from, int to) {
      Set<String> all = new LinkedHashSet<>(List.of(y));
      latents.subList(from, to).forEach(all::addAll);
      return all;
    }
  }
}
