package io.varve.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.training.Small;
import io.varve.training.loop.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFolderTest {
  @TempDir Path folder;

  @Test
  void holdsAllThereIsToKnow() throws IOException {
    Path run = folder.resolve("run");
    List<Path> saved = new ArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void saved(Path checkpoint) {
            saved.add(checkpoint);
          }
        };
    TrainingJob job = Small.job("training.epochs=2", "evaluation.importance-samples=3");
    assertThat(Small.train(run, job, listener).importance()).isPresent();
    assertThat(saved).hasSize(3).allMatch(f -> f.startsWith(run.resolve("checkpoints")));
    assertThat(run.resolve("model.yaml")).content().contains("epochs: 2");
    assertThat(run.resolve("run.json")).content().contains("\"parameters\"", "\"seed\": 1");
    assertThat(run.resolve("report.html")).content().contains("Importance bound", "small");
    assertThat(run.resolve("samples")).isDirectoryContaining("glob:**/samples-0000000012.png");
    assertThat(run.resolve("samples"))
        .isDirectoryContaining("glob:**/reconstructions-0000000012.png");
    assertThat(run.resolve("events/train")).isNotEmptyDirectory();
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(3 + 2);
  }

  @Test
  void refusesToTrainOverARun() {
    RunFolder.create(folder.resolve("run"), Small.YAML, List.of()).close();
    assertThatThrownBy(() -> RunFolder.create(folder.resolve("run"), Small.YAML, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("already holds a run")
        .hasMessageContaining("varve resume");
  }

  @Test
  void refusesAFolderThatHoldsWhatARunWouldWrite() throws IOException {
    for (String name :
        List.of(
            "report.html",
            "data.json",
            "data.txt.gz",
            "run.json",
            "run.lock",
            "plugins.lock",
            "metrics.jsonl",
            "samples/samples-0000000012.png",
            "checkpoints/step-0000000012.json",
            "events/train/events.out")) {
      Path run = Files.createTempDirectory(folder, "run");
      Path own = run.resolve(name);
      Files.createDirectories(own.getParent());
      Files.writeString(own, "a user's");
      Path taken = run.resolve(run.relativize(own).getName(0));
      for (Path out : List.of(run, run.resolve("."))) {
        assertThatThrownBy(() -> Small.train(out, Small.job()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                out.resolve(taken.getFileName())
                    + ": is there already, and a new run would write its own; choose another --out, or move it away");
      }
      assertThat(own).hasContent("a user's");
      assertThat(run).isDirectoryNotContaining(file -> !file.equals(taken));
    }
  }

  @Test
  void startsBesideOtherFilesAndOverWhatAKilledStartLeft() throws IOException {
    Path run = folder.resolve("run");
    Files.createDirectories(run.resolve("samples"));
    Path note = Files.writeString(run.resolve("notes.txt"), "a user's");
    RunFolder.create(run, Small.YAML, List.of()).close();
    Files.delete(run.resolve("model.yaml")); // which is written last
    assertThat(run.resolve("run.lock")).exists();
    assertThat(run.resolve("plugins.lock")).exists();
    RunFolder.create(run, Small.YAML, List.of()).close();
    assertThat(note).hasContent("a user's");
    assertThat(RunFolder.isRun(run)).isTrue();
  }

  @Test
  void leavesNothingBehindWhenTheDataCannotBeUsed() {
    Path run = folder.resolve("run");
    for (String data :
        List.of("{type: idx, path: nowhere}", "{type: strokes, size: 9, count: 4}")) {
      TrainingJob job = Small.job("data=" + data, "model.nodes[1].p=standard-normal");
      assertThatThrownBy(() -> Small.train(run, job)).isInstanceOf(IllegalArgumentException.class);
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void looksAheadAtTheSchedules() {
    Path run = folder.resolve("run");
    TrainingJob beta = Small.job("objective.beta={type: linear, from: 1, to: -1, epochs: 4}");
    assertThatThrownBy(() -> Small.train(run, beta))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'beta' must be at least 0")
        .hasMessageEndingWith(" at step 13, epoch 2.1666666666666665");
    TrainingJob rate = Small.job("training.rate={type: linear, from: 1e-3, to: 2, steps: 20}");
    assertThatThrownBy(() -> Small.train(run, rate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'rate' must lie in [0, 1.0]");
    assertThat(run).doesNotExist();
  }

  @Test
  void letsOneWriterIn() {
    try (RunFolder first = RunFolder.create(folder.resolve("run"), Small.YAML, List.of())) {
      assertThatThrownBy(() -> RunFolder.open(first.path(), List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another process");
    }
    RunFolder.open(folder.resolve("run"), List.of()).close();
  }

  @Test
  void saysWhereNoRunIs() {
    assertThatThrownBy(() -> RunFolder.open(folder, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no run");
    RunFolder.create(folder.resolve("run"), Small.YAML, List.of()).close();
    assertThatThrownBy(() -> Small.load(folder.resolve("run")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no checkpoint yet");
  }
}
