package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.inference.TinyBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  @TempDir Path folder;

  @Test
  void readsWhatItWrites() {
    Manifest manifest = TinyBundle.files(folder).manifest();
    manifest.write(folder);
    assertThat(Manifest.read(folder)).isEqualTo(manifest);
    assertThat(manifest.files()).hasSize(8).doesNotContainKey(Manifest.FILE);
  }

  @Test
  void saysWhereItIsWrong() throws IOException {
    TinyBundle.write(folder);
    refused("\"name\": \"tiny\"", "\"name\": 3", "malformed at name: Expected a string but was");
    refused(
        "\"name\": \"tiny\"", "\"title\": \"\"", "title: unknown key; known are [format, name,");
    refused("\"varve\": \"0.1.0\",", "", "key 'varve' is missing");
    refused("\"name\": \"tiny\"", "\"name\": \"a\", \"name\": \"b\"", "name: key appears twice");
    refused("\"kind\": \"latent\"", "\"kind\": \"odd\"", "variables[0]: kind: 'odd', expected lat");
    refused("\"levels\": 256", "\"levels\": -1", "data: levels: -1, expected 0 (continuous) or m");
    refused("\"uint8\"", "\"int8\"", "graphs.bound.inputs[0]: type: 'int8', expected uint8 or fl");
    refused("\"uniform\"", "\"cauchy\"", "distribution: 'cauchy', expected normal or uniform");
    refused("\"format\": 1", "\"format\": 0", "format: 0, expected 1");
    refused("\"format\": 1", "\"format\": \"one\"", "malformed");
    refused("\"format\": 1,", "", "key 'format' is missing");
    refused("\"tolerance\": 1.0E-4", "\"tolerance\": NaN", "malformed");
    refused("\n}\n", "\n}{}\n", "malformed");
    refused("\n}\n", "\n", "malformed");
    refused("\"carry z\"", "\"carry/z\"", "graphs: 'carry/z', expected no slash in it");
    refused("\"name\": \"bits_per_dim\"", "\"name\": \"x\"", "name: 'x' twice, expected it once");
  }

  @Test
  void countsTheElementsOfShapes() throws IOException {
    TinyBundle.write(folder);
    String shape = "\"shape\": [\n        3\n      ]";
    refused(shape, "\"shape\": [0]", "shape: [0], expected positive ints");
    refused(shape, "\"shape\": [65536, 65536]", "expected at most 2^31 - 1 elements");
  }

  /** Replaces the first occurrence, expects a refusal and restores the file. */
  private void refused(String target, String replacement, String message) throws IOException {
    Path file = folder.resolve(Manifest.FILE);
    String before = Files.readString(file);
    int at = before.indexOf(target);
    assertThat(at).as(target).isNotNegative();
    Files.writeString(
        file, before.substring(0, at) + replacement + before.substring(at + target.length()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Manifest.read(folder))
        .withMessageStartingWith(file + ": ")
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    Files.writeString(file, before);
  }
}
