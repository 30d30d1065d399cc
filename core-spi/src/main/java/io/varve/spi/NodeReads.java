package io.varve.spi;

import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What nodes read, by name: {@code v} is a value of v, {@code p(v)} the parameters of its p. */
public final class NodeReads {
  private NodeReads() {}

  /** The name under which the parameters of a variable's p are read. */
  public static String parametersOf(String variable) {
    return "p(" + variable + ")";
  }

  /** The variable whose parameters a name stands for; empty where it stands for a value. */
  public static Optional<String> ofParameters(String name) {
    return name.startsWith("p(") && name.endsWith(")")
        ? Optional.of(name.substring(2, name.length() - 1))
        : Optional.empty();
  }

  /** The p of a variable; a feature has none. */
  public static Optional<Factor> p(Node node) {
    if (node instanceof Observed x) {
      return Optional.of(x.p());
    }
    if (node instanceof Derived y) {
      return Optional.of(y.p());
    }
    return node instanceof Latent z ? Optional.of(z.p()) : Optional.empty();
  }

  /** What a factor's network and its flow read. */
  public static List<String> by(Factor factor) {
    List<String> names = new ArrayList<>(factor.given());
    names.addAll(by(factor.flow()));
    return names;
  }

  /** What the steps of a flow read. */
  public static List<String> by(List<Step> flow) {
    return flow.stream().flatMap(step -> step.given().stream()).toList();
  }

  /** What a node's value is made of where data are given. */
  public static List<String> inInference(Node node) {
    if (node instanceof Derived y) {
      return List.of(y.of());
    }
    if (node instanceof Latent z) {
      return with(z.q(), z);
    }
    return node instanceof Feature f ? f.given() : List.of();
  }

  /** What a node's value is made of where data are drawn. */
  public static List<String> inGeneration(Node node) {
    return node instanceof Feature f ? f.given() : with(p(node).orElseThrow(), node);
  }

  private static List<String> with(Factor factor, Node node) {
    List<String> names = by(factor);
    names.addAll(node instanceof Latent z ? by(z.shared()) : List.of());
    return names;
  }
}
