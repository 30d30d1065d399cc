package io.varve.inference.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operators of {@code ai.onnx} that a bundle may use, those that the export writes: functions
 * of their inputs on tensors of numbers, whose results have types and shapes that follow from those
 * of the inputs. Nothing random, nothing that reaches outside, no strings, no sequences.
 */
public final class Operators {
  private static final Map<String, Rule> RULES = rules();

  private Operators() {}

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    rules.putAll(ElementRules.all());
    rules.putAll(ShapeRules.all());
    rules.putAll(ReductionRules.all());
    rules.putAll(LayerRules.all());
    rules.putAll(LoopRules.all());
    return Collections.unmodifiableMap(rules);
  }

  /** Their names. */
  public static Set<String> names() {
    return new TreeSet<>(RULES.keySet());
  }

  static Rule rule(String operator) {
    return RULES.get(operator);
  }
}
