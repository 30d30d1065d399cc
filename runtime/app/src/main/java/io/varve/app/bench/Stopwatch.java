package io.varve.app.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Measures time and memory: the median time of repeated work after a warm-up. */
final class Stopwatch {
  private static final double WARM_UP_SECONDS = 1;
  static final double MOST_SECONDS = 3600;
  static final double SECONDS = 3;
  private static final int LEAST = 5;
  private static final int KIB_PER_MIB = 1024;

  private Stopwatch() {}

  /** The median seconds of one run of the work. */
  static double median(Runnable work) {
    return median(work, SECONDS);
  }

  /** The median seconds of one run of the work, which is repeated for so long. */
  static double median(Runnable work, double seconds) {
    repeat(work, Math.min(seconds, WARM_UP_SECONDS));
    return median(repeat(work, seconds));
  }

  /** The median of some numbers; for an even count, the upper of the two in the middle. */
  static double median(List<Double> numbers) {
    List<Double> sorted = new ArrayList<>(numbers);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static List<Double> repeat(Runnable work, double seconds) {
    List<Double> times = new ArrayList<>();
    long begin = System.nanoTime();
    while (times.size() < LEAST || (System.nanoTime() - begin) * 1e-9 < seconds) {
      long start = System.nanoTime();
      work.run();
      times.add((System.nanoTime() - start) * 1e-9);
    }
    return times;
  }

  /** Processor time that this process has used, all threads together. */
  static double processorSeconds() {
    return 1e-9
        * ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
  }

  /** The most main memory that this process has had at once, in MiB, where the system tells. */
  static OptionalLong peakMemory() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
