package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells people to type works. */
final class ReadmeTest {
  private static final String TEST_COMMAND = "mvn -B verify";

  /** {@link ServiceProjectTest} runs it. */
  static final String INSTALL_COMMAND = "mvn -q -B -DskipTests -pl runtime/inference -am install";

  /** How one comes by the checkout, in which the tests are already. */
  private static final Set<String> GETTING = Set.of("git", "cd");

  private static final int SIDE = 28;

  @TempDir Path folder;

  @Test
  void everyCommandOfTheReadmeRuns() throws IOException {
    Files.createDirectories(folder.resolve("conformance-tests"));
    Path models = Cli.root().resolve("conformance-tests/models");
    Files.createSymbolicLink(folder.resolve("conformance-tests/models"), models);
    Path mnist = Files.createDirectories(folder.resolve("data/mnist"));
    digits(mnist.resolve("train-images-idx3-ubyte.gz"), 256);
    digits(mnist.resolve("t10k-images-idx3-ubyte.gz"), 256);
    int ran = 0;
    for (List<String> command : commands()) {
      if (command.get(0).equals("bin/varve")) {
        Cli.succeed(folder, command.subList(1, command.size()).toArray(String[]::new));
        ran++;
      } else if (!GETTING.contains(command.get(0))) {
        assertThat(String.join(" ", command)).isIn(TEST_COMMAND, INSTALL_COMMAND);
      }
    }
    assertThat(ran).isGreaterThan(8);
    assertThat(folder.resolve("demo/run/report.html")).isNotEmptyFile();
    assertThat(folder.resolve("digits.png")).isNotEmptyFile();
  }

  @Test
  void theCheckScriptRunsTheReadmesTestCommand() throws IOException {
    List<String> script = Files.readAllLines(Cli.root().resolve(".ci/run"));
    assertThat(script.get(script.size() - 1)).isEqualTo(TEST_COMMAND);
    assertThat(commands()).contains(List.of(TEST_COMMAND.split(" ", -1)));
  }

  private static List<List<String>> commands() {
    return Page.of(Cli.root().resolve("README.md")).commands();
  }

  /** Noise in the format of MNIST: the commands are tried here, not the model. */
  private static void digits(Path file, int count) {
    byte[] pixels = new byte[count * SIDE * SIDE];
    new Random(1).nextBytes(pixels);
    ByteBuffer header = ByteBuffer.allocate(16);
    header.putInt(0x803).putInt(count).putInt(SIDE).putInt(SIDE);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(header.array());
      out.write(pixels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
