package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.varve.inference.Bundle;
import io.varve.inference.BundleTest;
import io.varve.inference.RichGraph;
import io.varve.inference.Tensor;
import io.varve.inference.TinyBundle;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens bundles that a stranger may have written: good ones with a few things changed, and hashes
 * that are right again. Each is refused by one line, or {@link BundleOracle} finds nothing in it
 * that no bundle may have; of those accepted, some are run. No bundle takes much time or memory.
 *
 * <p>A failure names the number of the bundle, which {@code -Dvarve.fuzz.first=NUMBER} begins with.
 * {@code -Dvarve.fuzz.count} is how many there are, {@code -Dvarve.fuzz.bundles} a list of further
 * bundles to change.
 */
class BundleFuzzTest {
  private static final int ORDINARY = 1500;
  private static final int SLOW = 100_000;

  /** Of the bundles accepted, one in so many is run. */
  private static final int RUN_EVERY = 10;

  private static final long MOST_BYTES = 512L << 20;
  private static final long MOST_NANOS = 5_000_000_000L;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Pattern PLACE =
      Pattern.compile("[^:]*?(manifest\\.json|\\.onnx|\\.safetensors)");

  @TempDir Path good;
  @TempDir Path folder;
  private final Map<String, Integer> counts = new TreeMap<>();
  private long worstNanos;
  private long worstBytes;

  @Test
  void opensNoBundleWithForbiddenContent() throws IOException {
    TinyBundle tiny = TinyBundle.files(good);
    tiny.graphs().put("infer", RichGraph.infer(tiny).write(good, "infer.onnx"));
    tiny.manifest().write(good);
    fuzz(good, Integer.getInteger("varve.fuzz.count", ORDINARY));
    assertThat(counts.get("accepted")).isPositive();
    assertThat(counts.get("run")).isPositive();
    assertThat(counts.get("refused by the oracle too")).isPositive();
  }

  @Test
  @Tag("slow")
  void opensNoneOfManyBundlesWithForbiddenContent() throws IOException {
    TinyBundle tiny = TinyBundle.files(good);
    tiny.graphs().put("infer", RichGraph.infer(tiny).write(good, "infer.onnx"));
    tiny.manifest().write(good);
    List<Path> bundles = new ArrayList<>(List.of(good));
    for (String further :
        System.getProperty("varve.fuzz.bundles", "").split(File.pathSeparator, -1)) {
      if (!further.isEmpty()) {
        bundles.add(Path.of(further));
      }
    }
    int count = Integer.getInteger("varve.fuzz.count", SLOW) / bundles.size();
    for (Path bundle : bundles) {
      fuzz(bundle, count);
    }
    System.out.printf(
        "%s, worst %d ms of processor time, %d MB allocated%n",
        counts, worstNanos / 1_000_000, worstBytes >> 20);
  }

  private void fuzz(Path bundle, int count) throws IOException {
    Path place = Files.createDirectory(folder.resolve("b" + counts.size()));
    BundleMutator mutator = new BundleMutator(bundle, place);
    long first = Long.getLong("varve.fuzz.first", 0);
    for (long number = first; number < first + count; number++) {
      try {
        mutator.write(number);
        count(open(place));
      } catch (Throwable e) {
        throw new AssertionError("bundle " + number + " of " + bundle, e);
      }
    }
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  /** Opens a bundle and says which file was refused, or that it was accepted. */
  private String open(Path place) throws IOException {
    long thread = Thread.currentThread().getId();
    long nanos = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getThreadAllocatedBytes(thread);
    String refused = "";
    try {
      BundleVerification.verify(place);
    } catch (IllegalArgumentException e) {
      refused = e.getMessage();
    }
    worstNanos = Math.max(worstNanos, THREADS.getCurrentThreadCpuTime() - nanos);
    worstBytes = Math.max(worstBytes, THREADS.getThreadAllocatedBytes(thread) - bytes);
    assertThat(worstNanos).isLessThan(MOST_NANOS);
    assertThat(worstBytes).isLessThan(MOST_BYTES);
    if (!refused.isEmpty()) {
      assertThat(refused.lines()).hasSize(1);
      assertThat(refused.chars()).noneMatch(Character::isISOControl);
      if (objects(place)) {
        count("refused by the oracle too");
      }
      Matcher matcher = PLACE.matcher(refused);
      return "refused for "
          + (matcher.find() ? matcher.group(1).replaceAll(".*\\.", ".") : "no file");
    }
    BundleOracle.check(place);
    if (counts.getOrDefault("accepted", 0) % RUN_EVERY == 0) {
      run(place);
      count("run");
    }
    return "accepted";
  }

  /** Whether the oracle finds fault too, which shows that it would. */
  private static boolean objects(Path place) {
    try {
      BundleOracle.check(place);
      return false;
    } catch (AssertionError | IOException | RuntimeException e) {
      return true;
    }
  }

  /** Runs every graph; a clear exception is no failure, only an end of the process is. */
  private void run(Path place) {
    try (Bundle bundle = Bundle.open(place, BundleTest.onCpu())) {
      for (Map.Entry<String, Manifest.Graph> graph : bundle.manifest().graphs().entrySet()) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Manifest.Port port : graph.getValue().allInputs()) {
          long[] shape = new long[port.shape().size() + 1];
          shape[0] = 2;
          for (int i = 1; i < shape.length; i++) {
            shape[i] = port.shape().get(i - 1);
          }
          inputs.put(port.name(), new Tensor(shape, new float[2 * Manifest.size(port.shape())]));
        }
        bundle.run(graph.getKey(), inputs);
        count("graphs run");
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      count("not run");
    }
  }
}
