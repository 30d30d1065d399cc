package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code varve verify} from end to end. */
final class VerifyTest {
  /** Doubles what it must keep, counts what it must not, and ends the process at some shapes. */
  private static final String BROKEN =
      """
      package outside;

      import ai.djl.ndarray.NDArray;
      import io.varve.spi.Named;
      import io.varve.spi.Space;
      import io.varve.spi.Transform;
      import org.pf4j.Extension;

      @Extension
      @Named("broken")
      public record Broken() implements Transform {
        private static int calls;

        @Override
        public NDArray apply(NDArray x, Space space) {
          return x.add(x);
        }

        @Override
        public Space space(Space x) {
          if (calls++ > 1000) {
            System.exit(3);
          }
          return x;
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void aBundledPluginKeepsTheContract() throws IOException {
    Path jar;
    try (Stream<Path> jars = Files.list(Cli.distribution().resolve("plugins"))) {
      jar = jars.filter(path -> path.toString().contains("schedules")).findFirst().orElseThrow();
    }
    Cli.Ended ended = Cli.succeed(folder, "verify", jar.toString(), "--report", "out");
    assertThat(ended.out())
        .contains("schedule linear")
        .contains("varve-schedules: keeps the contract");
    assertThat(ended.err()).contains("verifying " + jar);
    assertThat(folder.resolve("out/verify.html")).content().contains("keeps the contract");
    assertThat(folder.resolve("out/TEST-verify.xml")).content().contains("failures=\"0\"");
  }

  @Test
  void aBrokenPluginIsReportedWithTheRulesItBreaks() {
    Path jar = OutsidePlugin.build(folder, "broken", Map.of("outside.Broken", BROKEN), Map.of());
    Cli.Ended ended =
        Cli.run(
            folder,
            "verify",
            jar.toString(),
            "--rules",
            "J,T1,T2",
            "--html",
            "p.html",
            "--junit",
            "r/j.xml");
    assertThat(ended.code()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out())
        .contains("J11 is broken: jar broken.jar")
        .contains("outside.Broken.calls")
        .contains("T2 is broken: transform broken {}")
        .contains("again: varve verify " + jar + " --rules T2")
        .contains("broken: BREAKS the contract");
    assertThat(folder.resolve("p.html")).content().contains("What to mend");
    assertThat(folder.resolve("r/j.xml")).content().contains("<failure");

    Cli.Ended json = Cli.run(folder, "verify", jar.toString(), "--rules", "J11", "--json");
    assertThat(json.code()).isEqualTo(1);
    JsonObject plugin = json.json().getAsJsonArray("plugins").get(0).getAsJsonObject();
    assertThat(plugin.getAsJsonArray("broken").get(0).getAsString()).isEqualTo("J11");
  }

  @Test
  void misuseEndsWithTwo() {
    assertThat(Cli.runHere(folder, "verify", "absent.jar").code()).isEqualTo(2);
    assertThat(Cli.runHere(folder, "verify", "absent.jar").err())
        .contains("absent.jar: no such file");
    assertThat(Cli.runHere(folder, "verify", "a.jar", "--rules", "Q7").err())
        .contains("CONTRACT.md has no rule 'Q7'");
    assertThat(Cli.runHere(folder, "verify", "a.jar", "--memory", "much").err())
        .contains("--memory is 'much', expected a number and k, m or g");
  }
}
