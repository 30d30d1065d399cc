package io.varve.app.check;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.varve.app.option.ShellLine;
import io.varve.app.process.Termination;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.TemporaryFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A command of this program in a process of its own: what ends that process, such as a card without
 * memory, does not end this one, and its memory is not counted for the next.
 */
record ChildCommand(List<String> arguments) {
  private static final long LOOK_MILLISECONDS = 100;

  /** For a training to save what it has. */
  private static final long PATIENCE_SECONDS = 60;

  static ChildCommand of(Object... arguments) {
    return new ChildCommand(Stream.of(arguments).map(String::valueOf).toList());
  }

  /** The same command with more words. */
  ChildCommand with(Object... more) {
    return new ChildCommand(
        Stream.concat(arguments.stream(), Stream.of(more).map(String::valueOf)).toList());
  }

  /** As a user would type it. */
  String line() {
    return ShellLine.of("varve", arguments);
  }

  /**
   * What came of it.
   *
   * @param results the JSON object on its last line, if it printed one
   * @param complaint the last line for people, if it failed
   */
  record Outcome(Optional<JsonObject> results, Optional<String> complaint) {}

  /**
   * Runs it to its end.
   *
   * @throws CancellationException if this process is asked to end, after that one has
   */
  Outcome run() {
    try (TemporaryFolder folder = new TemporaryFolder()) {
      return run(folder.path());
    } catch (IOException e) {
      return new Outcome(Optional.empty(), Optional.of(FileFault.reason(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  private Outcome run(Path folder) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.matches("-(agentlib|agentpath|Dcom\\.sun\\.management).*"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dvarve.terminal=false",
            "-Djava.io.tmpdir=" + folder, // what a child that was stopped leaves goes with it
            "-cp",
            System.getProperty("java.class.path"),
            "io.varve.app.Varve"));
    command.addAll(arguments);
    command.add("--json");
    Path out = folder.resolve("out");
    Path messages = folder.resolve("messages");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(messages.toFile())
            .start();
    try {
      boolean ended = false;
      while (!ended) {
        ended = process.waitFor(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
        if (Termination.isAsked()) { // a terminal asks both processes
          throw new CancellationException("asked to end");
        }
      }
    } finally {
      process.destroy();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    return outcome(process.exitValue(), lines(out), lines(messages));
  }

  private static List<String> lines(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
  }

  private static Outcome outcome(int code, List<String> out, List<String> messages) {
    Optional<String> complaint =
        code == 0
            ? Optional.empty()
            : last(messages).or(() -> Optional.of("ended with exit code " + code));
    return new Outcome(last(out).flatMap(ChildCommand::object), complaint);
  }

  private static Optional<JsonObject> object(String line) {
    try {
      return Optional.of(JsonParser.parseString(line).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> last(List<String> lines) {
    return lines.stream().filter(line -> !line.isBlank()).reduce((first, second) -> second);
  }
}
