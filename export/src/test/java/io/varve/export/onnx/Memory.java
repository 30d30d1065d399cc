package io.varve.export.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The memory of this process as Linux tells it, in bytes. */
final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");
  static final boolean READABLE = Files.isReadable(STATUS);

  private Memory() {}

  /**
   * What something added.
   *
   * @param anonymous memory that is no file's
   * @param resident pages of a file, each counted once however often it is mapped
   */
  record Growth(long anonymous, long resident) {
    @Override
    public String toString() {
      return (anonymous >> 20) + " MB of their own and " + (resident >> 20) + " MB of the file";
    }
  }

  /**
   * The numbers that a class prints in a process of its own, whose memory nothing before it has
   * touched.
   */
  static List<Long> printed(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", // all of it from the start: what is measured lies outside
                "-Xms512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Not -cp: Windows takes no command line longer than some 32,000 characters.
    builder
        .environment()
        .put(
            "CLASSPATH",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    // What a session takes for a moment while it is opened goes back to the system: glibc would
    // keep pieces below 32 MiB, and how many depends on what comes to lie between them.
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", Integer.toString(1 << 20));
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(main + " ended with " + process.exitValue());
    }
    return Arrays.stream(text.strip().split(" ")).map(Long::valueOf).toList();
  }

  static long anonymous() throws IOException {
    return status("RssAnon:");
  }

  /** The largest memory there was at any time, files included. */
  static long peak() throws IOException {
    return status("VmHWM:");
  }

  private static long status(String field) throws IOException {
    return kilobytes(
        Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(field)).toList());
  }

  /** Proportional set size: a page mapped ten times by this process counts once. */
  static long resident(Path file) throws IOException {
    long sum = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        ours = line.endsWith(file.toRealPath().toString());
      } else if (ours && line.startsWith("Pss:")) {
        sum += kilobytes(List.of(line));
      }
    }
    return sum;
  }

  private static long kilobytes(List<String> lines) {
    return lines.stream()
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }
}
