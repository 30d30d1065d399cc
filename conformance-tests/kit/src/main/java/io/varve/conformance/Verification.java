package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import io.varve.conformance.jars.JarContents;
import io.varve.conformance.jars.Target;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.file.TemporaryFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kit on one JAR, in a virtual machine of its own: a check that hangs, takes all memory, exits
 * or crashes has broken its rule, and the others go on in a new one.
 *
 * @param beside the JARs that are loaded with it: its examples may name their components
 * @param rules which to check, by number or letter, as {@code B3} or {@code P}; all if empty
 * @param limits what one check may take
 */
public record Verification(List<Path> beside, List<String> rules, Limits limits) {
  /** Refuses rules that CONTRACT.md does not have. */
  public Verification {
    beside = List.copyOf(beside);
    rules = List.copyOf(rules);
    for (String rule : rules) {
      if (RuleBook.read().rules().stream().noneMatch(known -> covers(rule, known))) {
        throw new IllegalArgumentException(
            "CONTRACT.md has no rule '%s'; its rules are %s"
                .formatted(rule, RuleBook.read().letters()));
      }
    }
  }

  private static boolean covers(String chosen, String rule) {
    return rule.equals(chosen) || (chosen.length() == 1 && rule.startsWith(chosen));
  }

  /**
   * Runs the checks.
   *
   * @param jar the plug-in; a faulty one has a verdict too
   * @param watcher is told every outcome at once
   * @throws IllegalArgumentException if there is no such file, or it is a folder
   */
  public Verdict of(Path jar, Consumer<Outcome> watcher) {
    requireJar(jar);
    try (TemporaryFolder scratch = new TemporaryFolder();
        Run run = new Run(Target.of(jar, beside), scratch.path(), watcher)) {
      return new Verdict(JarContents.id(jar), jar, run.outcomes());
    }
  }

  /**
   * Refuses what cannot be a JAR.
   *
   * @throws IllegalArgumentException if there is no such file, or it is a folder
   */
  public static void requireJar(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException(jar + ": " + instead(jar));
    }
  }

  /** What stands there in place of a JAR, and what to do. */
  private static String instead(Path place) {
    if (!Files.exists(place)) {
      return "no such file; name a plug-in's JAR";
    } else if (Files.exists(place.resolve(Manifest.FILE))) {
      return "is a bundle, expected a plug-in's JAR; a bundle is checked whenever it is opened, as"
          + " by 'varve score'";
    }
    return "is "
        + (Files.isDirectory(place) ? "a folder" : "no regular file")
        + ", expected a plug-in's JAR; name the JAR itself";
  }

  /** One run over all checks, with as many processes as it takes. */
  private final class Run implements AutoCloseable {
    /** After so many ends of the process by one subject, its other checks are not tried. */
    private static final int ENDS = 2;

    private final Target target;
    private final Path scratch;
    private final Consumer<Outcome> watcher;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Check.Id> ofJar;
    private WorkerProcess worker;
    private boolean loaded;

    Run(Target target, Path scratch, Consumer<Outcome> watcher) {
      this.target = target;
      this.scratch = scratch;
      this.watcher = watcher;
      worker = WorkerProcess.start(target, limits, scratch);
      ofJar = worker.plan(scratch);
    }

    List<Outcome> outcomes() {
      for (int i = 0; i < ofJar.size(); i++) {
        if (chosen(ofJar.get(i))) {
          add(run(ofJar.get(i), i));
        }
      }
      List<Check.Id> rest = load();
      for (int i = 0; i < rest.size(); i++) {
        if (chosen(rest.get(i))) {
          Check.Id check = rest.get(i);
          add(hopeless(check) ? notTried(check) : run(check, ofJar.size() + i));
        }
      }
      return outcomes;
    }

    private void add(Outcome outcome) {
      outcomes.add(outcome);
      watcher.accept(outcome);
    }

    private boolean chosen(Check.Id check) {
      return rules.isEmpty() || rules.stream().anyMatch(rule -> covers(rule, check.rule()));
    }

    /** Runs one check, in a new process where the last one has ended. */
    private Outcome run(Check.Id check, int number) {
      restart();
      long start = System.nanoTime();
      WorkerProcess.Answer answer = worker.ask(String.valueOf(number));
      return answer
          .reply()
          .flatMap(Worker.Reply::outcome)
          .orElseGet(() -> ended(check, answer.reason(), start));
    }

    /** Starts a new process, where the last one has ended. */
    private void restart() {
      if (worker == null) {
        worker = WorkerProcess.start(target, limits, scratch);
        worker.plan(scratch);
        if (loaded) {
          worker.ask(Worker.LOAD);
        }
      }
    }

    private Outcome ended(Check.Id check, String reason, long start) {
      worker.close();
      worker = null;
      return new Outcome(
          check, Status.FAILED, Outcome.ENDED + reason, (System.nanoTime() - start) / 1_000_000);
    }

    /** The checks of the components; none if the JAR cannot be loaded, which is an outcome too. */
    private List<Check.Id> load() {
      Check.Id last = ofJar.get(ofJar.size() - 1);
      if (outcomes.stream().anyMatch(o -> o.check().equals(last) && o.status() != Status.PASSED)) {
        return List.of();
      }
      restart();
      long start = System.nanoTime();
      WorkerProcess.Answer answer = worker.ask(Worker.LOAD);
      if (answer.reply().isEmpty()) {
        add(ended(last, answer.reason(), start));
        return List.of();
      }
      Worker.Reply reply = answer.reply().get();
      if (!reply.refusal().isEmpty()) {
        add(new Outcome(last, Status.FAILED, reply.refusal(), 0));
      }
      loaded = true;
      return reply.plan();
    }

    /** Whether the subject cannot be built without ending the process, or has ended several. */
    private boolean hopeless(Check.Id check) {
      List<Outcome> ends =
          outcomes.stream()
              .filter(outcome -> outcome.check().subject().equals(check.subject()))
              .filter(outcome -> outcome.message().startsWith(Outcome.ENDED))
              .toList();
      return ends.size() >= ENDS || ends.stream().anyMatch(end -> end.check().rule().equals("J6"));
    }

    private Outcome notTried(Check.Id check) {
      String why = "not tried, as checks before it have ended the virtual machine";
      return new Outcome(check, Status.NOT_APPLICABLE, why, 0);
    }

    @Override
    public void close() {
      if (worker != null) {
        worker.close();
      }
    }
  }
}
