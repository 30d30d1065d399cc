package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of {@link Layout} is what the folders, the sources and CONTRIBUTING.md say. */
final class LayoutTest {
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?io\\.varve\\.([a-z0-9.]+)\\.[A-Z]");

  private static final Map<String, Set<String>> USES = Layout.uses(Layout.MODULES);

  /** A row: folder, package, what is in it, what the module may use. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\|([^|]*)\\|([^|]*)\\|[^|]*\\|([^|]*)\\|$");

  @Test
  void contributingHasTheSameTable() throws IOException {
    String page = Files.readString(Cli.root().resolve("CONTRIBUTING.md"));
    String part = page.substring(page.indexOf("## Where things are"));
    String table =
        ROW.matcher(part.substring(0, part.indexOf("\n## ")))
            .results()
            .skip(2)
            .map(row -> Stream.of(1, 2, 3).map(row::group).collect(Collectors.joining("|")))
            .collect(Collectors.joining("\n"))
            .replace("`", "");
    assertThat(Layout.read(table).stream().filter(module -> !module.rooms().isEmpty()))
        .containsExactlyElementsOf(Layout.MODULES);
  }

  @Test
  void everyFolderIsInTheTable() throws IOException {
    Map<String, Set<String>> found = new TreeMap<>();
    for (Path source : sources()) {
      String[] parts = path(source).split("/src/main/java/", -1);
      found.computeIfAbsent(parts[0], module -> new TreeSet<>()).add(packageOf(parts[1]));
    }
    assertThat(found)
        .isEqualTo(
            Layout.MODULES.stream()
                .collect(Collectors.toMap(Layout.Module::folder, m -> new TreeSet<>(m.names()))));
  }

  /** Class files do not show every import: constants are copied, and a comment leaves no trace. */
  @Test
  void noImportRunsUpward() throws IOException {
    List<String> upward = new ArrayList<>();
    for (Path source : sources()) {
      String user = packageOf(path(source).split("/src/main/java/", -1)[1]);
      IMPORT
          .matcher(Files.readString(source))
          .results()
          .map(found -> found.group(1))
          .filter(used -> !used.equals(user) && !USES.getOrDefault(user, Set.of()).contains(used))
          .forEach(used -> upward.add(path(source) + " imports " + used));
    }
    assertThat(upward).isEmpty();
  }

  @Test
  void readsWhatAPackageMayUse() {
    String table =
        """
        low    | low          | nothing
        middle | b, c         | low
               | d (b)        |
        high   | e            | low, middle
        """;
    Map<String, Set<String>> expected = new LinkedHashMap<>();
    expected.put("low", Set.of());
    expected.put("b", Set.of("low"));
    expected.put("c", Set.of("low", "b"));
    expected.put("d", Set.of("low", "b"));
    expected.put("e", Set.of("low", "b", "c", "d"));
    assertThat(Layout.uses(Layout.read(table))).isEqualTo(expected);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Cli.root())) {
      return files.filter(file -> path(file).matches("[^.].*/src/main/java/io/.*\\.java")).toList();
    }
  }

  private static String path(Path file) {
    return Cli.root().relativize(file).toString().replace('\\', '/');
  }

  /** Of {@code io/varve/model/Binder.java}: {@code model}. */
  private static String packageOf(String source) {
    return source.replaceFirst("^io/varve/", "").replaceFirst("/[^/]*$", "").replace('/', '.');
  }
}
