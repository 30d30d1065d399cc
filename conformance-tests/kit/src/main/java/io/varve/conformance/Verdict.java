package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What became of a plug-in's checks.
 *
 * @param plugin its id or, where the manifest does not say, the name of the file
 * @param jar the file
 * @param outcomes of the JAR's checks and those of its components, as they were run
 */
public record Verdict(String plugin, Path jar, List<Outcome> outcomes) {
  /** Keeps its own list. */
  public Verdict {
    outcomes = List.copyOf(outcomes);
  }

  /** Whether it keeps every rule that it must. */
  public boolean ok() {
    return outcomes.stream().allMatch(Outcome::ok);
  }

  /** How many checks ended so. */
  public long count(Status status) {
    return outcomes.stream().filter(outcome -> outcome.status() == status).count();
  }

  /** The outcomes by the JAR, and by example of a component. */
  public Map<String, List<Outcome>> bySubject() {
    Map<String, List<Outcome>> subjects = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      subjects.merge(outcome.check().subject(), List.of(outcome), Verdict::joined);
    }
    return subjects;
  }

  /** The rules that are broken, those that only SHOULD hold too. */
  public LinkedHashSet<String> broken() {
    LinkedHashSet<String> rules = new LinkedHashSet<>();
    for (Outcome outcome : outcomes) {
      if (outcome.status() == Status.FAILED || outcome.status() == Status.WARNED) {
        rules.add(outcome.check().rule());
      }
    }
    return rules;
  }

  private static List<Outcome> joined(List<Outcome> some, List<Outcome> more) {
    List<Outcome> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
