package io.varve.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

class CommandsTest {
  static List<String> names() {
    return Commands.NAMES;
  }

  @ParameterizedTest
  @MethodSource("names")
  void aCommandHasTheNameThatItIsFoundBy(String name) {
    assertThat(Commands.named(name).getAnnotation(Command.class).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aCommandSetUpAloneIsTheSameAsAmongAllOthers(String name) {
    String alone = Varve.line(name).getSubcommands().get(name).getUsageMessage();
    assertThat(Varve.line().getSubcommands().get(name).getUsageMessage()).isEqualTo(alone);
    assertThat(Line.run("help", name).out()).isEqualTo(alone).contains("varve " + name);
  }

  @Test
  void onlyTheCommandThatIsNamedIsSetUp() {
    assertThat(Varve.line("score", "bundle").getSubcommands()).containsOnlyKeys("score");
  }

  @Test
  void withoutACommandAllAreListedInTheirOrder() {
    assertThat(Varve.line("--help").getSubcommands().keySet()).containsExactlyElementsOf(names());
    assertThat(Varve.line("--stacktrace", "score").getSubcommands()).hasSameSizeAs(names());
    assertThat(Line.run("--help").out()).contains(names());
  }

  @Test
  void acommandMistakenForAnotherIsSuggested() {
    assertThat(Line.run("scor").err()).contains("Did you mean", "score");
  }
}
