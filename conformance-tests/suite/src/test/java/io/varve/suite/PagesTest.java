package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.app.Varve;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the pages tell people to type is understood, and their links and pictures are there. */
final class PagesTest {
  /** Bytes of a picture: more is slow to open and swells every clone. */
  private static final long PICTURE = 150_000;

  /** Programs that a page may name besides Varve and Maven; the second row makes pictures. */
  private static final Set<String> PROGRAMS =
      Set.of(
          "cd",
          "git",
          "java",
          "javac",
          "mkdir",
          "export",
          "curl",
          "tar",
          "unzip", //
          "grep",
          "sed",
          "cut",
          "base64",
          "chromium",
          "pngquant");

  static Stream<Arguments> commands() throws IOException {
    return Page.all().stream()
        .flatMap(page -> page.commands().stream().map(words -> Arguments.of(page, words)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandIsUnderstood(Page page, List<String> words) {
    List<String> rest = words.subList(1, words.size());
    switch (words.get(0)) {
      case "varve", "bin/varve" -> requireVarve(rest);
      case "mvn" -> requireMaven(rest);
      default -> assertThat(PROGRAMS).as("programs of %s", page).contains(words.get(0));
    }
  }

  /** {@code bin/varve ...} stands for any command. */
  private static void requireVarve(List<String> words) {
    if (!words.equals(List.of("..."))) {
      String[] arguments = words.toArray(String[]::new);
      CommandLine line = Varve.line(arguments);
      assertThatCode(() -> line.parseArgs(arguments)).doesNotThrowAnyException();
      words.stream()
          .filter(word -> word.startsWith("conformance-tests/models/"))
          .forEach(file -> requireModel(file, words));
    }
  }

  /** The file binds with what {@code --set} changes. */
  private static void requireModel(String file, List<String> words) {
    YamlText yaml = YamlText.read(Cli.root().resolve(file));
    IntStream.range(1, words.size())
        .filter(i -> words.get(i - 1).equals("--set"))
        .forEach(i -> yaml.set(words.get(i)));
    try (Catalog catalog = Catalog.open(List.of(Cli.distribution().resolve("plugins")))) {
      assertThatCode(() -> Experiment.of(yaml, catalog)).doesNotThrowAnyException();
    }
  }

  /** Modules, tests and profiles are there. */
  private static void requireMaven(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("-pl")) {
        for (String module : words.get(i + 1).split(",", -1)) {
          assertThat(Cli.root().resolve(module).resolve("pom.xml")).exists();
        }
      } else if (word.startsWith("-Dtest=")) {
        // A class by its name, or with ** a package.
        String test = word.substring(7).replace(".**", "/").replace('.', '/');
        assertThat(tests()).as("tests").anyMatch(file -> (file + "/").contains("/" + test));
      } else if (word.startsWith("-P")) {
        assertThat(poms()).anyMatch(pom -> pom.contains("<id>" + word.substring(2) + "</id>"));
      }
    }
  }

  private static List<String> tests() {
    return found("[^.].*/src/test/java/.*Test\\.java").stream()
        .map(file -> file.toString().replace('\\', '/').replace(".java", ""))
        .toList();
  }

  private static List<String> poms() {
    return found("(.*/)?pom\\.xml").stream().map(PagesTest::read).toList();
  }

  private static List<Path> found(String pattern) {
    Path root = Cli.root();
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> root.relativize(file).toString().replace('\\', '/').matches(pattern))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    Page.all().forEach(page -> broken.addAll(page.brokenLinks()));
    assertThat(broken).isEmpty();
  }

  @Test
  void picturesAreSmallAndShown() throws IOException {
    Set<Path> shown = new TreeSet<>();
    Page.all().forEach(page -> page.pictures().forEach(shown::add));
    for (Path picture : shown) {
      assertThat(Files.size(picture)).as("bytes of %s", picture).isLessThan(PICTURE);
    }
    Path folder = Cli.root().resolve("docs/images");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> pictures = Files.walk(folder)) {
        assertThat(shown).containsAll(pictures.filter(Files::isRegularFile).toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "varve tran m.yaml",
        "varve train m.yaml --epocs 3",
        "varve train conformance-tests/models/tiny-parts.yaml --set data.siz=8",
        "varve train conformance-tests/models/absent.yaml",
        "mvn -pl runtime/absent verify",
        "mvn verify -Dtest=AbsentTest",
        "pip install varve"
      })
  void aMistakeIsFound(String command) {
    List<String> words = Page.commands(command).get(0);
    assertThatThrownBy(() -> everyCommandIsUnderstood(Page.all().get(0), words))
        .isInstanceOfAny(AssertionError.class, IllegalArgumentException.class);
  }

  @Test
  void aBrokenLinkIsFound(@TempDir Path folder) throws IOException {
    Path page =
        Files.writeString(
            folder.resolve("page.md"),
            """
            # A `title`, twice
            ## A `title`, twice
            [there](page.md) [first](#a-title-twice) [second](page.md#a-title-twice-1)
            [gone](gone.md) [no heading](#a-title) <img src="gone.png"> [web](https://example.org)
            """);
    assertThat(Page.of(page).brokenLinks())
        .extracting(link -> link.replaceFirst(".*: ", ""))
        .containsExactly("gone.md", "#a-title", "gone.png");
  }

  @Test
  void readsACommandAsAShellDoes() {
    assertThat(
            Page.commands(
                "A=1 cd x && varve train m --set 'a={b: 1, c: 2}' | tee log  # a comment"))
        .containsExactly(
            List.of("cd", "x"),
            List.of("varve", "train", "m", "--set", "a={b: 1, c: 2}"),
            List.of("tee", "log"));
  }
}
