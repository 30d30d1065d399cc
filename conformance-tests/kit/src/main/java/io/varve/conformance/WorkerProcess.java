package io.varve.conformance;

import io.varve.conformance.jars.Target;
import io.varve.inference.file.FileFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A {@link Worker} in a process of its own, which is ended when a check takes too much. */
final class WorkerProcess implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final long LOOK_MILLIS = 20;
  private static final int SIGNAL = 128;
  private static final int OUT_OF_HEAP = 3; // what -XX:+ExitOnOutOfMemoryError ends with

  private final Limits limits;
  private final Process process;
  private final Writer requests;
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  /**
   * What came of a request.
   *
   * @param reply empty if the process has ended
   * @param reason why it ended
   */
  record Answer(Optional<Worker.Reply> reply, String reason) {}

  private WorkerProcess(Limits limits, Process process) {
    this.limits = limits;
    this.process = process;
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "verify");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts the same Java on the same class path.
   *
   * @param scratch its working folder, where it leaves what a crash leaves
   */
  static WorkerProcess start(Target target, Limits limits, Path scratch) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(inherited());
    command.add("-Xmx" + limits.heap() + "m");
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(
        List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + scratch.resolve("crash")));
    command.add(Worker.class.getName());
    command.add(target.jar().toAbsolutePath().toString());
    target.beside().forEach(jar -> command.add(jar.toAbsolutePath().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectError(scratch.resolve("stderr").toFile());
    // Not by -cp: Windows takes no command line longer than some 32,000 characters.
    builder.environment().put("CLASSPATH", absolute(System.getProperty("java.class.path")));
    try {
      return new WorkerProcess(limits, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the virtual machine for checks cannot be started: " + FileFault.reason(e), e);
    }
  }

  /** System properties and the permission to call native code, without settings of one process. */
  private static List<String> inherited() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("-D.*|--(enable-native-access|sun-misc-unsafe)\\S*"))
        .toList();
  }

  private static String absolute(String classPath) {
    String separator = System.getProperty("path.separator");
    return Stream.of(classPath.split(Pattern.quote(separator)))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .reduce((a, b) -> a + separator + b)
        .orElseThrow();
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("{\"plan\":")) { // anything else is a native library's
          lines.add(Optional.of(line));
        }
      }
    } catch (IOException e) {
      lines.add(Optional.empty()); // the process was ended while it wrote
      return;
    }
    lines.add(Optional.empty());
  }

  /**
   * The checks known at first.
   *
   * @throws IllegalStateException if it does not come so far
   */
  List<Check.Id> plan(Path scratch) {
    Answer first = await(TimeUnit.SECONDS.toNanos(START_SECONDS));
    return first
        .reply()
        .map(Worker.Reply::plan)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the virtual machine for checks " + first.reason() + ": " + tail(scratch)));
  }

  private static String tail(Path scratch) {
    try {
      List<String> errors = Files.readAllLines(scratch.resolve("stderr"));
      return errors.isEmpty() ? "it said nothing" : errors.get(0);
    } catch (IOException e) {
      return "what it said cannot be read: " + FileFault.reason(e);
    }
  }

  /** Sends a request and waits for the reply, or the end. */
  Answer ask(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
    } catch (IOException e) {
      return new Answer(Optional.empty(), end());
    }
    return await(limits.time().toNanos());
  }

  private Answer await(long nanos) {
    long start = System.nanoTime();
    try {
      while (System.nanoTime() - start < nanos) {
        Optional<String> line = lines.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (line != null) {
          return line.map(json -> new Answer(Optional.of(Worker.Reply.of(json)), ""))
              .orElseGet(() -> new Answer(Optional.empty(), end()));
        }
        if (resident() > limits.memory()) {
          return ended("took more than " + limits.memoryInWords() + " of memory (--memory)");
        }
      }
      return ended("did not end within " + limits.timeInWords() + " (--timeout)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ended("was interrupted");
    }
  }

  private Answer ended(String reason) {
    close();
    return new Answer(Optional.empty(), reason);
  }

  /** Resident memory in bytes; 0 where the system does not tell. */
  private long resident() {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    try (Stream<String> all = Files.lines(status)) {
      return all.filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** Why the process ended by itself. */
  private String end() {
    try {
      int code = process.waitFor();
      if (code == OUT_OF_HEAP) {
        return "ran out of memory: the Java heap is " + limits.heap() + " MiB (--memory)";
      }
      return code > SIGNAL
          ? "crashed the virtual machine (signal " + (code - SIGNAL) + ")"
          : "ended the virtual machine with exit code " + code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "was interrupted";
    }
  }

  /** Ends the process at once: threads of a plug-in may be running. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
