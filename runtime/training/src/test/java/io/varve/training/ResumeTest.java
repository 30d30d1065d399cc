package io.varve.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.varve.training.evaluation.Scores;
import io.varve.training.loop.Listener;
import io.varve.training.loop.Trainer;
import io.varve.training.run.TrainingJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run that was cut off and resumed against one that was not, to the last bit: dropout, dynamic
 * binarisation, a running average, a schedule and an open interval of metrics.
 */
final class ResumeTest {
  private static final String CLOCKS = "\"(images_per_second|seconds)\":[^,]*,";

  /** Runs that were not interrupted, by their keys: each is trained once. */
  @TempDir static Path wholes;

  @TempDir Path folder;

  private static Path whole(String... keys) {
    Path run = wholes.resolve("run" + List.of(keys).hashCode());
    if (!Files.exists(run)) {
      Small.train(run, Small.job(keys));
    }
    return run;
  }

  /**
   * Before the first checkpoint, on one, just after, in mid-epoch, at an epoch's end, at the end.
   */
  @ParameterizedTest
  @ValueSource(longs = {3, 5, 6, 10, 12, 17, 23, 24})
  void endsAsIfNeverInterrupted(long cut) throws IOException {
    TrainingJob job = Small.job();
    Path cutOff = folder.resolve("cut");
    assertThatThrownBy(() -> Small.train(cutOff, job, killer(cut))).isInstanceOf(Kill.class);
    Small.resume(cutOff, job);
    assertThat(newest(cutOff)).isEqualTo(newest(whole()));
    assertThat(metrics(cutOff)).isEqualTo(metrics(whole()));
  }

  /**
   * However often it is asked whether to stop before it is told so: after a step, or in the middle
   * of an evaluation.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6, 7, 8, 9, 12, 17, 30, 31, 32})
  void losesNothingWhenStopped(int asked) throws IOException {
    String[] keys = {"training.checkpoint-every=1000", "evaluation.batch=16"};
    TrainingJob job = Small.job(keys);
    Path stopped = folder.resolve("stopped");
    Stop stop = new Stop(asked);
    try (Trainer trainer = Trainer.start(job, stopped, stop)) {
      assertThat(trainer.run()).isEmpty();
    }
    try (Stream<Path> files = Files.list(stopped.resolve("checkpoints"))) {
      String last = String.format(Locale.ROOT, "step-%010d.json", stop.step);
      assertThat(files.map(file -> file.getFileName().toString())).contains(last);
    }
    Small.resume(stopped, job);
    assertThat(newest(stopped)).isEqualTo(newest(whole(keys)));
    assertThat(metrics(stopped)).isEqualTo(metrics(whole(keys)));
  }

  @Test
  void saysThatNothingIsLearned() {
    List<String> notes = new ArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void noted(String line) {
            notes.add(line);
          }
        };
    TrainingJob job = Small.job("training.skip-norm=1e-9", "training.epochs=2");
    try (Trainer trainer = Trainer.start(job, folder.resolve("run"), listener)) {
      trainer.run();
      assertThat(trainer.skipped()).isEqualTo(trainer.steps()).isEqualTo(12);
    }
    assertThat(notes)
        .containsExactly(
            "none of the last 4 updates was made: their gradients are not finite or reach skip-norm");
  }

  @Test
  void keepsThePicturesOfTheLastEvaluations() throws IOException {
    Small.train(folder.resolve("run"), Small.job("evaluation.keep-pictures=2"));
    try (Stream<Path> files = Files.list(folder.resolve("run/samples"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "samples-0000000018.png",
              "samples-0000000024.png",
              "reconstructions-0000000018.png",
              "reconstructions-0000000024.png");
    }
    try (Stream<Path> files = Files.list(folder.resolve("run/events/pictures"))) {
      assertThat(files).hasSize(2);
    }
  }

  /** Before the first checkpoint the pass over the first batch is made again, after it never. */
  @ParameterizedTest
  @ValueSource(longs = {3, 7})
  void keepsWhatItTookFromTheFirstBatch(long cut) throws IOException {
    String[] keys = {Small.STARTS, "training.epochs=2"};
    TrainingJob job = Small.job(keys);
    Path cutOff = folder.resolve("cut");
    assertThatThrownBy(() -> Small.train(cutOff, job, killer(cut))).isInstanceOf(Kill.class);
    Small.resume(cutOff, job);
    assertThat(newest(cutOff)).isEqualTo(newest(whole(keys)));
  }

  /** Of the lap under way at an evaluation, which may come before the first log. */
  @Test
  void everyPointHasTheSpeedOfTraining() throws IOException {
    Small.train(folder.resolve("run"), Small.job("training.epochs=2", "training.log-every=1000"));
    List<String> lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    assertThat(lines).hasSizeGreaterThan(1);
    for (String line : lines) {
      JsonObject point = JsonParser.parseString(line).getAsJsonObject();
      assertThat(point.get("images_per_second").getAsDouble()).isFinite().isPositive();
    }
  }

  @Test
  void aFinishedRunIsLeftAsItIs() throws IOException {
    TrainingJob job = Small.job("training.epochs=2");
    Scores trained = Small.train(folder.resolve("run"), job);
    List<String> metrics = metrics(folder.resolve("run"));
    Scores again = Small.resume(folder.resolve("run"), job);
    assertThat(again.bound()).isEqualTo(trained.bound());
    assertThat(metrics(folder.resolve("run"))).isEqualTo(metrics);
  }

  @Test
  void twoRunsAreTheSameAndTheSeedMatters() throws IOException {
    Small.train(folder.resolve("a"), Small.job("training.epochs=1"));
    Small.train(folder.resolve("b"), Small.job("training.epochs=1"));
    Small.train(folder.resolve("c"), Small.job("training.epochs=1", "training.seed=2"));
    assertThat(newest(folder.resolve("a"))).isEqualTo(newest(folder.resolve("b")));
    assertThat(newest(folder.resolve("a"))).isNotEqualTo(newest(folder.resolve("c")));
  }

  @Test
  void theModelFileMustBeTheOneTrained() throws IOException {
    TrainingJob job = Small.job("training.epochs=1");
    Small.train(folder.resolve("run"), job);
    TrainingJob other = Small.job("training.epochs=1", "training.batch=8");
    assertThatThrownBy(() -> Small.resume(folder.resolve("run"), other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another model.yaml");
  }

  private static Listener killer(long cut) {
    return new Listener() {
      @Override
      public void stepped(long step) {
        if (step == cut) {
          throw new Kill();
        }
      }
    };
  }

  private static byte[] newest(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      Path file =
          files
              .filter(f -> f.toString().endsWith(".safetensors"))
              .max(Comparator.naturalOrder())
              .orElseThrow();
      return Files.readAllBytes(file);
    }
  }

  /** The lines without what depends on the time of day. */
  private static List<String> metrics(Path run) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      String timeless = line.replaceAll(CLOCKS, "");
      assertThat(timeless).isNotEqualTo(line);
      lines.add(timeless);
    }
    return lines;
  }

  /** Is told to stop when it has asked so often. */
  private static final class Stop implements Listener {
    private int left;
    private long step;

    Stop(int asked) {
      left = asked;
    }

    @Override
    public void stepped(long done) {
      step = done;
    }

    @Override
    public boolean isStopAsked() {
      return --left <= 0;
    }
  }

  private static final class Kill extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
