package io.varve.hierarchies;

import io.varve.spi.Factor;
import io.varve.spi.Step;
import java.util.List;
import java.util.Map;

/** Factors as a hierarchy's keys give them: complete but for the variables they read. */
final class Templates {
  private Templates() {}

  /** Refuses a number below 1. */
  static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s: expected at least 1, got %d".formatted(key, value));
    }
  }

  /** Refuses a template that names what it reads. */
  static void requireUnwired(String hierarchy, String key, Factor factor) {
    if (!factor.given().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: '%s' itself says what this reads, but 'given' is %s; leave it out, or write the nodes with 'graph'"
              .formatted(key, hierarchy, factor.given()));
    }
  }

  /** Refuses a template whose flow reads what does not stand for variables there. */
  static void requireRoles(String key, Factor factor, List<String> roles) {
    for (Step step : factor.flow()) {
      if (!roles.containsAll(step.given())) {
        throw new IllegalArgumentException(
            "%s.flow: 'given' is %s; here it may name %s, which stand for the variables of each level"
                .formatted(key, step.given(), roles));
      }
    }
  }

  /** The factor conditioned on variables; without a network it reads nothing. */
  static Factor reading(Factor factor, List<String> names) {
    return factor.network().isPresent() ? factor.given(names) : factor;
  }

  /** As {@link #reading(Factor, List)}, the roles that its flow names replaced by variables. */
  static Factor reading(Factor factor, List<String> names, Map<String, List<String>> roles) {
    List<Step> flow =
        factor.flow().stream()
            .map(step -> new Step(variables(step.given(), roles), step.bijector()))
            .toList();
    Factor wired = reading(factor, names);
    return new Factor(wired.given(), wired.family(), wired.network(), flow);
  }

  private static List<String> variables(List<String> given, Map<String, List<String>> roles) {
    return given.stream().flatMap(role -> roles.get(role).stream()).toList();
  }
}
