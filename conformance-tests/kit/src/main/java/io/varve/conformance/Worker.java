package io.varve.conformance;

import com.google.gson.Gson;
import io.varve.conformance.jars.Target;
import io.varve.model.plugin.Catalog;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs checks in a virtual machine of its own, one for each line of its input: {@code load}, which
 * loads the JAR, or the number of a check. It answers each with a line of JSON, a {@link Reply},
 * and ends with its input. If a check has ended it, {@link WorkerProcess} says so.
 */
final class Worker {
  static final String LOAD = "load";

  /**
   * An answer.
   *
   * @param plan the checks that follow those known so far; empty if there are none
   * @param outcome of the check that was run
   * @param refusal why the JAR cannot be loaded; empty if it can
   */
  record Reply(List<Check.Id> plan, Optional<Outcome> outcome, String refusal) {
    /** As it goes over the wire: Gson knows no Optional. */
    private record Line(List<Check.Id> plan, Outcome outcome, String refusal) {}

    String json() {
      return new Gson().toJson(new Line(plan, outcome.orElse(null), refusal));
    }

    static Reply of(String json) {
      Line line = new Gson().fromJson(json, Line.class);
      return new Reply(line.plan(), Optional.ofNullable(line.outcome()), line.refusal());
    }
  }

  private final Target target;
  private final List<Check> checks;

  private Worker(Target target) {
    this.target = target;
    this.checks = new ArrayList<>(Kit.ofJar(target));
  }

  /** The JAR, and those beside it. Whatever a plug-in prints goes to standard error. */
  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT); // as the command line that has started it
    PrintStream replies = stream(FileDescriptor.out);
    System.setOut(stream(FileDescriptor.err));
    List<Path> jars = Arrays.stream(arguments).map(Path::of).toList();
    Worker worker = new Worker(Target.of(jars.get(0), jars.subList(1, jars.size())));
    replies.println(worker.plan(0).json());
    try (BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        replies.println(worker.answer(line).json());
      }
    }
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private Reply answer(String request) {
    if (request.equals(LOAD)) {
      return load();
    }
    Outcome outcome = checks.get(Integer.parseInt(request)).run();
    return new Reply(List.of(), Optional.of(outcome), "");
  }

  /** Open as long as the process lives. */
  @SuppressWarnings("MustBeClosedChecker")
  private Reply load() {
    int known = checks.size();
    Catalog catalog = Catalog.ofJars(target.beside());
    try {
      checks.addAll(Kit.ofComponents(catalog, catalog.load(target.jar())));
      return plan(known);
    } catch (IllegalArgumentException e) {
      return new Reply(List.of(), Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private Reply plan(int from) {
    List<Check.Id> ids = checks.subList(from, checks.size()).stream().map(Check::id).toList();
    return new Reply(ids, Optional.empty(), "");
  }
}
