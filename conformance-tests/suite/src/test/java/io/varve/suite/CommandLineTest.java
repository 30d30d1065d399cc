package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names and habits of the command line that scripts rely on. */
final class CommandLineTest {
  private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z-]+)  ");

  @TempDir Path folder;

  @Test
  void everyCommandHasHelp() {
    String help = Cli.succeedHere(folder, "--help").out();
    List<String> commands =
        COMMAND.matcher(help).results().map((MatchResult r) -> r.group(1)).toList();
    assertThat(commands)
        .contains(
            "quickstart",
            "train",
            "resume",
            "evaluate",
            "export",
            "score",
            "generate",
            "reconstruct",
            "super-resolve",
            "interpolate",
            "resample",
            "bench",
            "plugins",
            "verify",
            "schema",
            "expand",
            "parity",
            "doctor",
            "gpu-check");
    for (String command : commands) {
      if (!command.equals("help")) {
        assertThat(Cli.succeedHere(folder, command, "--help").out())
            .contains("Usage: varve " + command);
      }
    }
  }

  @Test
  void misusedOptionsEndWithTwo() {
    Cli.Ended unknown = Cli.run(folder, "train", "m.yaml", "--epocs", "3");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err().strip().lines()).hasSize(1);
    assertThat(unknown.err()).startsWith("varve: ").contains("--epocs", "See varve train --help");
    assertThat(Cli.runHere(folder, "generate", "b", "--out", "x.png", "--sed", "3").err())
        .isEqualTo(
            "varve: Unknown options: '--sed', '3'. Did you mean --seed? See varve generate --help\n");
    assertThat(Cli.runHere(folder).err()).contains("Usage: varve", "First steps");
    assertThat(Cli.runHere(folder, "train", "absent.yaml").err())
        .isEqualTo("varve: absent.yaml: no such file\n");
  }

  @Test
  void doctorFindsNothingWrong() {
    JsonObject doctor = Cli.succeed(folder, "doctor", "--json").json();
    assertThat(doctor.get("problems").getAsString()).isEqualTo("none");
    assertThat(doctor.get("libtorch").getAsString()).isNotBlank();
    assertThat(doctor.get("plugins").getAsString()).startsWith("7 JARs");
  }

  @Test
  void benchmarksPrintWhatLaterWorkComparesWith() throws IOException {
    Files.writeString(
        folder.resolve("m.yaml"),
        """
        name: small
        data: {type: strokes, count: 256, test-count: 64, size: 8, binarize: dynamic}
        model:
          type: graph
          nodes:
            - latent: z
              shape: [2]
              p: standard-normal
              q: {type: normal, given: [x], network: {type: mlp, hidden: [8]}}
            - observed: x
              p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [8]}}
        training: {epochs: 1, batch: 16}
        """);
    JsonObject training =
        Cli.succeedHere(folder, "bench", "./m.yaml", "--train", "--steps", "20", "--json").json();
    assertThat(training.get("train_images_per_second").getAsDouble()).isPositive();
    assertThat(training.get("operators_ms_per_step").getAsJsonObject().size()).isEqualTo(10);
    assertThat(training.get("native_share").getAsDouble()).isBetween(0.05, 1.0);
    assertThat(training.has("infer_images_per_second")).isFalse();
    assertThat(training.get("processor_seconds_per_step").getAsDouble()).isPositive();
    Files.writeString(folder.resolve("other.json"), "a line before\n" + training + "\n");
    String[] against = {
      "bench", "./m.yaml", "--train", "--steps", "5", "--against", "./other.json"
    };
    JsonObject ratio =
        Cli.succeedHere(
                folder,
                Stream.concat(Stream.of(against), Stream.of("--json")).toArray(String[]::new))
            .json()
            .getAsJsonObject("ratio");
    assertThat(ratio.get("train_images_per_second").getAsDouble()).isBetween(0.01, 100.0);
    Files.writeString(folder.resolve("other.json"), "[1]");
    assertThat(Cli.runHere(folder, against).err())
        .contains("other.json: is no JSON object; write it as 'varve bench --json' does");
    assertThat(Cli.succeedHere(folder, "expand", "./m.yaml").out())
        .contains("latent (2)", "parameters");
    assertThat(Cli.succeedHere(folder, "schema").out()).contains("\"bernoulli\"");
  }
}
