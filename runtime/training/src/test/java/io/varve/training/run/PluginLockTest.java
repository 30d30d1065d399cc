package io.varve.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.model.plugin.Catalog.Plugin;
import io.varve.training.Small;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PluginLockTest {
  @TempDir Path run;

  private static Plugin plugin(String id, String version, String sha256) {
    return new Plugin(id, version, "", Path.of("mine", id + ".jar"), sha256, List.of());
  }

  private void refused(List<Plugin> now, String message) {
    assertThatThrownBy(() -> PluginLock.require(run, now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(run + message);
  }

  @Test
  void refusesAJarThatHasChanged() throws IOException {
    List<Plugin> then = List.of(plugin("a", "1.0", "aa"), plugin("b", "2.0", "bb"));
    PluginLock.write(run, then);
    assertThat(run.resolve("plugins.lock")).content().contains("\"sha256\": \"bb\"");
    PluginLock.require(run, then);
    PluginLock.require(run, then.subList(1, 2));
    refused(
        List.of(then.get(0), plugin("b", "2.1", "cc")),
        ": plug-in 'b' is not the one the run was trained with: then 2.0, SHA-256 bb; now 2.1,"
            + " SHA-256 cc (mine/b.jar); put the old JAR back, or go on with"
            + " --accept-changed-plugins");
    refused(
        List.of(plugin("c", "1.0", "cc")),
        ": plug-in 'c' (mine/c.jar) is none of those the run was trained with, [a, b]; put the old"
            + " JAR back, or go on with --accept-changed-plugins");
  }

  @Test
  void aRunWithoutALockHasNothingToCompare() {
    List<Plugin> now = List.of(plugin("a", "1.0", "aa"));
    assertThatCode(() -> PluginLock.require(run, now)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{}", "{\"plugins\": null}", "{\"plugins\": [{\"id\": \"a\"}]}"})
  void saysThatALockIsDamaged(String text) throws IOException {
    Files.writeString(run.resolve("plugins.lock"), text);
    assertThatThrownBy(() -> PluginLock.require(run, List.of(plugin("a", "1.0", "aa"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(run.resolve("plugins.lock") + ": ")
        .hasMessageEndingWith("; restore it, or delete it to go on unchecked");
  }

  @Test
  void trainingRecordsAndResumingChecks() {
    Path folder = run.resolve("run");
    Small.train(folder, Small.job("training.epochs=1"));
    assertThat(folder.resolve("plugins.lock")).content().contains("\"plugins\": []");
    Small.load(folder).close();
    PluginLock.write(folder, List.of(plugin("a", "1.0", "aa")));
    Small.load(folder).close(); // classes at hand come from no JAR
  }
}
