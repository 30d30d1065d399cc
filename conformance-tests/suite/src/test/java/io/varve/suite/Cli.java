package io.varve.suite;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.varve.app.Varve;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs commands: {@link #run} in a process of {@code bin/varve}, as users do, and {@link #runHere}
 * in this process, where the code is loaded and compiled once for all.
 */
final class Cli {
  /**
   * Half the processor time of a command that lasts a few seconds goes into the second compiler,
   * and where the other core has a test of its own a second thread only waits.
   */
  private static final String SHORT_LIVED =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dai.djl.pytorch.num_threads=1";

  private static final long LIMIT_SECONDS = 900;

  private Cli() {}

  /** What a finished command left. */
  record Ended(int code, String out, String err) {
    /** The object that {@code --json} prints on the last line. */
    JsonObject json() {
      List<String> lines = out.strip().lines().toList();
      return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }
  }

  /** The checkout's root, found from this module's folder. */
  static Path root() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(here.resolve("conformance-tests"))) {
      here = here.getParent();
    }
    return here;
  }

  static Path distribution() {
    Path built = root().resolve("runtime/distribution/target/varve");
    if (!Files.isDirectory(built)) {
      throw new IllegalStateException(built + " is missing; build it with mvn package");
    }
    return built;
  }

  static Process start(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(distribution().resolve("bin/varve").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putIfAbsent("VARVE_JAVA_OPTS", SHORT_LIVED);
    return builder.start();
  }

  /** Runs a command in a folder to its end. */
  static Ended run(Path folder, String... arguments) {
    try {
      Process process = start(folder, arguments);
      process.getOutputStream().close();
      CompletableFuture<String> out = reading(process.getInputStream());
      CompletableFuture<String> err = reading(process.getErrorStream());
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(
            List.of(arguments) + " took over " + LIMIT_SECONDS + " s:\n" + err.join());
      }
      return new Ended(process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs a command in this process.
   *
   * @param folder that of the arguments which begin with {@code ./}; all other paths are absolute
   */
  static Ended runHere(Path folder, String... arguments) {
    String[] words =
        Stream.of(arguments)
            .map(word -> word.startsWith("./") ? folder.resolve(word.substring(2)) : word)
            .map(Object::toString)
            .toArray(String[]::new);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setProperty("varve.home", distribution().toString());
    System.setOut(new PrintStream(results, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      int code = Varve.run(words);
      return new Ended(
          code, results.toString(StandardCharsets.UTF_8), said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** Runs a command in this process that must succeed. */
  static Ended succeedHere(Path folder, String... arguments) {
    return succeeded(runHere(folder, arguments), arguments);
  }

  /** Runs a command that must succeed. */
  static Ended succeed(Path folder, String... arguments) {
    return succeeded(run(folder, arguments), arguments);
  }

  private static Ended succeeded(Ended ended, String... arguments) {
    if (ended.code() != 0) {
      throw new AssertionError(
          List.of(arguments) + " ended with " + ended.code() + ":\n" + ended.err());
    }
    return ended;
  }

  private static CompletableFuture<String> reading(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
