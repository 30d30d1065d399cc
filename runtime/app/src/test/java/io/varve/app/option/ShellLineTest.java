package io.varve.app.option;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellLineTest {
  private static final List<String> WORDS =
      List.of("m.yaml", "a b", "it's", "$HOME", "`x`", "\"q\"", "\\", "", "*", "--set", "k=[1, 2]");

  @Test
  void quotesWhatAShellWouldChange() {
    assertThat(ShellLine.of("varve", List.of("train", "m.yaml", "--set", "a.b=3")))
        .isEqualTo("varve train m.yaml --set a.b=3");
    assertThat(ShellLine.of("varve", List.of("it's", "", "$HOME")))
        .isEqualTo("varve 'it'\\''s' '' '$HOME'");
  }

  @Test
  void isReadBackByAShell() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
    String line = ShellLine.of("printf", List.of("%s\\n")) + ShellLine.of("", WORDS).substring(2);
    Process shell = new ProcessBuilder("/bin/sh", "-c", line).start();
    String read = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(read).isEqualTo(String.join("\n", WORDS) + "\n");
  }
}
