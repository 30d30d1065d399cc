package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README and the documentation tell people to type works. */
final class ReadmeTest {
  private static final Pattern SHELL = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)");
  private static final String TEST_COMMAND = "mvn -B verify";
  private static final int SIDE = 28;

  @TempDir Path folder;

  @Test
  void everyCommandOfTheReadmeRuns() throws IOException {
    Files.createDirectories(folder.resolve("conformance-tests"));
    Path models = Cli.root().resolve("conformance-tests/models");
    Files.createSymbolicLink(folder.resolve("conformance-tests/models"), models);
    Path mnist = Files.createDirectories(folder.resolve("data/mnist"));
    digits(mnist.resolve("train-images-idx3-ubyte.gz"), 512);
    digits(mnist.resolve("t10k-images-idx3-ubyte.gz"), 512);
    int ran = 0;
    for (String command : commands(Cli.root().resolve("README.md"))) {
      if (command.startsWith("bin/varve ")) {
        Cli.succeed(folder, command.substring("bin/varve ".length()).split(" +", -1));
        ran++;
      } else {
        assertThat(command).isEqualTo(TEST_COMMAND);
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
    assertThat(commands(Cli.root().resolve("README.md"))).contains(TEST_COMMAND);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Cli.root().resolve("README.md")));
    try (Stream<Path> docs = Files.list(Cli.root().resolve("docs"))) {
      docs.filter(d -> d.toString().endsWith(".md")).forEach(pages::add);
    }
    for (Path page : pages) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        assertThat(page.getParent().resolve(link.group(1))).as("link in %s", page).exists();
      }
    }
  }

  private static List<String> commands(Path page) throws IOException {
    return SHELL
        .matcher(Files.readString(page))
        .results()
        .flatMap(block -> block.group(1).lines())
        .filter(line -> !line.isBlank())
        .toList();
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
