package io.varve.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.training.Small;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
  @TempDir Path folder;
  private Path checkpoints;
  private TrainingJob job;

  /** Two checkpoints, of steps 10 and 12. */
  @BeforeEach
  void train() {
    job = Small.job("training.epochs=2", "training.checkpoint-every=10");
    Small.train(folder.resolve("run"), job);
    checkpoints = folder.resolve("run/checkpoints");
  }

  @Test
  void keepsTheLastTwo() throws IOException {
    assertThat(names())
        .containsExactly(
            "step-0000000010.json",
            "step-0000000010.safetensors",
            "step-0000000012.json",
            "step-0000000012.safetensors");
  }

  @Test
  void leavesWhatIsNotItsOwn() throws IOException {
    Path best = Files.copy(newest(), checkpoints.resolve("best.safetensors"));
    Path other = Files.copy(newest(), checkpoints.resolve("step-0000000012.safetensors.bak"));
    Path note = Files.createDirectory(checkpoints.resolve("step-0000000001.json")).resolve("note");
    Files.writeString(note, "a user's");
    Path torn = Files.writeString(checkpoints.resolve(".varve-" + UUID.randomUUID() + ".tmp"), "{");
    Path older = Files.writeString(checkpoints.resolve("step-0000000002.safetensors"), "");
    Files.delete(newest());
    Small.resume(folder.resolve("run"), job);
    assertThat(List.of(best, other, note, newest())).allSatisfy(file -> assertThat(file).exists());
    assertThat(torn).doesNotExist();
    assertThat(older).doesNotExist();
  }

  @Test
  void namesFilesAlikeUnderEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR-u-nu-arabext"));
    try {
      assertThat("%d".formatted(1)).isNotEqualTo("1"); // or this test shows nothing
      Small.train(folder.resolve("fa"), job);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(files("fa")).isEqualTo(files("run"));
  }

  /** All files of a run but the event files, whose names have the time. */
  private List<String> files(String run) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(run))) {
      return all.map(file -> folder.resolve(run).relativize(file).toString())
          .filter(name -> !name.contains("tfevents"))
          .sorted()
          .toList();
    }
  }

  @Test
  void fallsBackFromATruncatedFile() throws IOException {
    Path file = newest();
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 100, bytes.length / 2, bytes.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      assertPassedOver("step-0000000012");
    }
  }

  @Test
  void fallsBackFromAChangedByte() throws IOException {
    Path file = newest();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 4] ^= 1; // the lowest bit of a number: only the sum can tell
    Files.write(file, bytes);
    assertPassedOver("SHA-256");
  }

  @Test
  void fallsBackFromAMissingOrTornPartner() throws IOException {
    Path commit = checkpoints.resolve("step-0000000012.json");
    String text = Files.readString(commit);
    Files.writeString(commit, text.substring(0, text.length() / 2));
    assertPassedOver("step-0000000012.json");
    Files.writeString(commit, "{}");
    assertPassedOver("step-0000000012.json");
    Files.writeString(commit, text);
    Files.delete(newest());
    assertPassedOver("step-0000000012.safetensors");
  }

  @Test
  void aFileWithoutCommitIsNoCheckpoint() throws IOException {
    Files.delete(checkpoints.resolve("step-0000000012.json"));
    assertThat(resumedFrom(new ArrayList<>())).isEqualTo(10);
  }

  @Test
  void refusesWhenNoneIsWhole() throws IOException {
    for (String step : List.of("step-0000000010", "step-0000000012")) {
      Files.writeString(checkpoints.resolve(step + ".safetensors"), "torn");
    }
    assertThatThrownBy(() -> Small.load(folder.resolve("run")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no checkpoint is whole")
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesNaNAndNamesTheTensor() throws IOException {
    Path file = newest();
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(bytes.length - Float.BYTES, Float.NaN);
    Files.write(file, bytes);
    assertThatThrownBy(() -> Small.load(folder.resolve("run")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("step-0000000012.safetensors: tensor 'model/")
        .hasMessageContaining("NaN")
        .hasMessageNotContaining("\n");
  }

  @Test
  void clearsWhatACrashLeftBehind() throws IOException {
    Path torn =
        checkpoints.resolve("step-0000000011.safetensors.123e4567-e89b-12d3-a456-426614174000.tmp");
    Path orphan = checkpoints.resolve("step-0000000011.safetensors");
    Files.writeString(torn, "half");
    Files.writeString(orphan, "whole but never committed");
    Files.delete(checkpoints.resolve("step-0000000012.json"));
    Small.resume(folder.resolve("run"), job);
    assertThat(names()).hasSize(4).noneMatch(name -> name.contains("11"));
  }

  @Test
  void loadsTheRunningAverageForEvaluation() {
    try (TrainedModel trained = Small.load(folder.resolve("run"))) {
      assertThat(trained.averaged()).isTrue();
      assertThat(trained.step()).isEqualTo(12);
      Evaluator.Settings plan = new Evaluator.Settings(0, 256, 1);
      double loaded = trained.evaluator().evaluate(trained.data().test(), plan).bound();
      double finished = Small.resume(folder.resolve("run"), job).bound();
      assertThat(loaded).isEqualTo(finished);
    }
  }

  private void assertPassedOver(String named) {
    List<String> notes = new ArrayList<>();
    assertThat(resumedFrom(notes)).isEqualTo(10);
    assertThat(notes).singleElement().asString().contains(named).doesNotContain("\n");
  }

  private long resumedFrom(List<String> notes) {
    return new Checkpoints(checkpoints, job.yaml())
        .newest(notes::add)
        .orElseThrow()
        .position()
        .step();
  }

  private Path newest() {
    return checkpoints.resolve("step-0000000012.safetensors");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(checkpoints)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
