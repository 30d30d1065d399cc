package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.inference.TinyBundle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    refused(
        "\"name\": \"tiny\"",
        "\"name\": 3",
        "malformed at name: found a number, expected a string");
    refused(
        "\"name\": \"tiny\"", "\"title\": \"\"", "title: unknown key; known are [format, name,");
    refused("\"varve\": \"0.1.0\",", "", "key 'varve' is missing");
    refused("\"name\": \"tiny\"", "\"name\": \"a\", \"name\": \"b\"", "name: key appears twice");
    refused("\"kind\": \"latent\"", "\"kind\": \"odd\"", "variables[0]: kind: 'odd', expected lat");
    refused("\"levels\": 256", "\"levels\": -1", "data: levels: -1, expected 0 (continuous), 2 o");
    refused("\"uint8\"", "\"int8\"", "graphs.bound.inputs[0]: type: 'int8', expected uint8 or fl");
    refused("\"uniform\"", "\"cauchy\"", "distribution: 'cauchy', expected normal or uniform");
    refused("\"format\": 1", "\"format\": 0", "format: 0, expected 1");
    refused("\"format\": 1", "\"format\": \"one\"", "malformed");
    refused("\"format\": 1,", "", "key 'format' is missing");
    refused("\"tolerance\": 1.0E-4", "\"tolerance\": NaN", "tolerance: it is no JSON at line ");
    refused("\n}\n", "\n}{}\n", "it is no JSON at line ");
    refused("\n}\n", "\n", "it ends too early");
    refused("\"format\": 1", "\"format\": 1.5", "format: found a number of another kind at line 2");
    refused("\"uint8\"", "[]", "found a list, expected a string");
    refused("\"carry z\"", "\"carry/z\"", "graphs: 'carry/z', expected modes, bound, importance,");
    refused("\"name\": \"bits_per_dim\"", "\"name\": \"x\"", "name: 'x' twice, expected it once");
  }

  @Test
  void countsTheElementsOfShapes() throws IOException {
    TinyBundle.write(folder);
    String shape = "\"shape\": [\n        3\n      ]";
    refused(shape, "\"shape\": [0]", "shape: [0], expected sizes of 1 to 16777216");
    refused(shape, "\"shape\": [65536, 65536]", "expected 16777216 elements at most");
  }

  /** What a stranger writes into a name goes to terminals, tables and files. */
  @Test
  void refusesNamesThatAreNoNames() throws IOException {
    TinyBundle.write(folder);
    String name = "\"name\": \"tiny\"";
    refused(name, "\"name\": \"\"", "name: '', expected 1 to 200 characters");
    refused(name, "\"name\": \"" + "a".repeat(201) + "\"", "expected 1 to 200 characters");
    refused(name, "\"name\": \"a\\u0000b\"", "name: 'a\\u0000b', expected characters that print");
    refused(name, "\"name\": \"\\u202egnp.exe\"", "name: '\\u202egnp.exe', expected characters th");
    refused("\"kind\": \"latent\"", "\"kind\": \"\\u001b[2J\"", "kind: '\\u001b[2J', expected");
    for (String odd : List.of("=HYPERLINK(x)", "+1", "-1", "@a", "a,b", "a;b", "a/b")) {
      refused("\"name\": \"kl.z\"", "\"name\": \"" + odd + "\"", "name: '" + odd + "', expected");
    }
    refused("name: tiny\\n", "\\u001b[2J\\n", "yaml: control characters, expected text");
    refused("\"name\": \"z\"", "\"name\": \"x\"", "variables: 'x' twice, expected each name");
    refused("\"exact carry z\"", "\"exact  carry z\"", "graphs: 'exact  carry z', expected");
    refused("\"exact carry z\"", "\"carry u\"", "graphs: 'carry u', expected variables of [z, x]");
    refused("\"mlp\"", "\"\\u001b]0;x\\u0007\"", "components: '\\u001b]0;x\\u0007', expected char");
  }

  @Test
  void boundsWhatItReads() throws IOException {
    TinyBundle.write(folder);
    refused(
        "\"format\": 1", "\"format\": \"1\"", "malformed at format: found a string, expected a n");
    refused(
        "\"opset\": 20", "\"opset\": \"20\"", "malformed at opset: found a string, expected a nu");
    String deep = "\"z\": " + "[".repeat(100_000) + "]".repeat(100_000) + ",";
    refused("\"varve\"", deep + "\"varve\"", "");
    refused("\"bound.onnx\": \"", "\"" + "a/".repeat(20_000) + "a\": \"", "files: 'a/a/");
    refused("\"bound.onnx\": \"", "\"INFER.onnx\": \"", "' twice, expected names that differ");
    refused(
        "\"file\": \"bound.onnx\"", "\"file\": \"infer.onnx\"", "'infer.onnx' twice, expected one");
    refused("\"levels\": 256", "\"levels\": 257", "data.levels: 257, expected 2 to 256");
    refused("\"tolerance\": 1.0E-4", "\"tolerance\": 1e999", "malformed");
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("manifest.json").toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Manifest.read(folder))
        .withMessageContaining("found 3221225472 bytes, expected at most 4194304");
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
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000))
        .satisfies(e -> assertThat(e.getMessage().chars()).noneMatch(Character::isISOControl));
    Files.writeString(file, before);
  }
}
