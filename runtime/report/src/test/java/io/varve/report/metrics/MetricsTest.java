package io.varve.report.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.report.SampleRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void setUp() {
    file = folder.resolve("run/metrics.jsonl");
  }

  @Test
  void writesTheDocumentedLine() throws IOException {
    BoundScore score = new BoundScore(-101.5, 0.1868, Map.of("kl.z", 21.25));
    OptimizationState state = new OptimizationState(0.5, 1e-3, Double.NaN, 2, 4000.5, 12.0);
    try (Metrics metrics = Metrics.resume(file, 0)) {
      metrics.append(new Point(50, 0.25, DataPart.TRAIN, score, state));
    }
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {"step":50,"epoch":0.25,"split":"train","bound":-101.5,"bits_per_dim":0.1868,\
            "beta":0.5,"rate":0.001,"gradient_norm":"NaN","skipped":2,\
            "images_per_second":4000.5,"seconds":12.0,"terms":{"kl.z":21.25}}
            """);
  }

  @Test
  void keepsTheImportanceBound() throws IOException {
    OptionalDouble nats = OptionalDouble.of(-99.25);
    BoundScore score = new BoundScore(-101.5, 0.1868, Map.of("kl.z", 21.25), nats);
    Point point =
        new Point(
            50, 0.25, DataPart.TRAIN, score, new OptimizationState(0.5, 1e-3, 1, 2, 4000.5, 12));
    write(List.of(point, point(60)));
    assertThat(Files.readString(file)).containsOnlyOnce("\"importance_bound\":-99.25");
    assertThat(Metrics.read(file)).containsExactly(point, point(60));
  }

  @Test
  void readsBackWhatItWrote() {
    List<Point> points = SampleRuns.points(1, 3);
    Point first = points.get(0);
    List<Point> odd =
        List.of(
            SampleRuns.bound(first, Double.NaN),
            SampleRuns.bound(first, Double.POSITIVE_INFINITY),
            SampleRuns.bound(first, Double.NEGATIVE_INFINITY),
            SampleRuns.bound(first, Double.MIN_VALUE),
            SampleRuns.bound(first, -Double.MAX_VALUE),
            SampleRuns.bound(first, Math.nextUp(-100.0)));
    try (Metrics metrics = Metrics.resume(file, 0)) {
      points.forEach(metrics::append);
      odd.forEach(metrics::append);
      // Still open: a reader, or a killed process, has every line.
      assertThat(Metrics.read(file)).startsWith(points.toArray(Point[]::new)).endsWith(odd.get(5));
      assertThat(Metrics.read(file)).hasSize(points.size() + odd.size()).containsAll(odd);
    }
  }

  @Test
  void keepsTheOrderOfTheTerms() {
    write(SampleRuns.points(1, 12).subList(0, 1));
    assertThat(Metrics.read(file).get(0).score().terms().keySet())
        .startsWith("kl.z1", "kl.z2", "kl.z3")
        .endsWith("kl.z12", "log_p.x");
  }

  @Test
  void survivesATearAtEveryByteOfTheLastLine() throws IOException {
    List<Point> points = List.of(point(10), point(20), point(30));
    write(points);
    byte[] whole = Files.readAllBytes(file);
    int lastLine = new String(whole, StandardCharsets.UTF_8).indexOf("{\"step\":30");
    for (int length = lastLine; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      // Without only its newline the line still says everything.
      List<Point> left = length == whole.length - 1 ? points : points.subList(0, 2);
      assertThat(Metrics.read(file)).as("%d bytes", length).isEqualTo(left);
      if (length % 50 == 0 || length >= whole.length - 2) { // It waits for the disk.
        try (Metrics metrics = Metrics.resume(file, 30)) {
          metrics.append(point(40));
        }
        assertThat(Metrics.read(file)).hasSize(left.size() + 1).endsWith(point(40));
      }
    }
  }

  @Test
  void leavesOutALastLineOfZeros() throws IOException {
    write(List.of(point(10)));
    Files.write(file, new byte[512], StandardOpenOption.APPEND);
    assertThat(Metrics.read(file)).containsExactly(point(10));
  }

  @Test
  void dropsStepsAfterTheCheckpoint() {
    write(List.of(point(10), point(20), point(30)));
    try (Metrics metrics = Metrics.resume(file, 20)) {
      metrics.append(point(25));
    }
    assertThat(Metrics.read(file)).containsExactly(point(10), point(20), point(25));
  }

  @Test
  void resumesWithoutAFile() {
    Metrics.resume(file, 20).close();
    assertThat(Metrics.read(file)).isEmpty();
  }

  @Test
  void namesTheMalformedLine() throws IOException {
    write(List.of(point(10), point(20)));
    String text = Files.readString(file);
    for (String[] edit :
        new String[][] {
          {"\"step\":10", "\"step\":10.5", "key 'step' is 10.5, not a whole number"},
          {"\"rate\"", "\"rat\"", "key 'rate' is missing"},
          {"\"train\"", "\"trial\"", "key 'split' is 'trial', not train or test"},
          {"{\"kl.z1\"", "7,{\"kl.z1\"", "not a line of metrics: it is no JSON. Delete"},
          {"\"skipped\":0", "\"skipped\":NaN", "not a line of metrics: it is no JSON. Delete"},
          {"{\"step\":10", "x{\"step\":10", "not a line of metrics: it is no JSON. Delete"},
          {"{\"step\":10", "[]\n{\"step\":10", "not a line of metrics: it is no JSON object. D"},
          {"{\"step\":10", "\n{\"step\":10", "not a line of metrics: it is empty. Delete"},
        }) {
      Files.writeString(file, text.replaceFirst(Pattern.quote(edit[0]), edit[1]));
      for (Runnable use : List.<Runnable>of(() -> Metrics.read(file), () -> reopen())) {
        assertThatThrownBy(use::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(file + ":1: ")
            .hasMessageContaining(edit[2])
            .hasMessageNotContaining("gson")
            .hasMessageNotContaining("\n");
      }
    }
  }

  @Test
  void saysInOneLineThatItCannotWrite() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("run"), "a file");
    assertThatThrownBy(() -> Metrics.resume(inTheWay.resolve("metrics.jsonl"), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("metrics.jsonl: cannot be written: ")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> Metrics.read(folder.resolve("none.jsonl")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.jsonl: cannot be read: no such file");
  }

  private void reopen() {
    Metrics.resume(file, 10).close();
  }

  private void write(List<Point> points) {
    try (Metrics metrics = Metrics.resume(file, 0)) {
      points.forEach(metrics::append);
    }
  }

  private static Point point(long step) {
    return SampleRuns.point(step, DataPart.TRAIN);
  }
}
