package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.varve.broken.Breaks;
import io.varve.conformance.jars.ClassPathPlugins;
import io.varve.conformance.jars.Target;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Named;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every plug-in that is broken on purpose is caught by the rules it breaks. The contracts' own
 * tests hold the components to that; here they are packed, and the table of rules that fired is
 * written.
 */
class BrokenPluginsTest {
  /** Enough for a check that ends, on a busy machine too. */
  private static final Duration ENOUGH = Duration.ofSeconds(60);

  /** Enough to load a JAR, little for a check that never ends. */
  private static final Duration LITTLE = Duration.ofSeconds(8);

  private static final long MEMORY = 1500L << 20;

  private static final Pattern COMMENT =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*@Breaks.*?\\brecord (\\w+)", Pattern.DOTALL);

  @TempDir private static Path folder;
  private static List<Path> bundled;

  /** A row of the table: what is wrong, what that breaks, and what fired. */
  private record Row(String mistake, List<String> breaks, Set<String> fired) {
    @Override
    public String toString() {
      return "%s | %s | %s"
          .formatted(mistake, String.join(", ", breaks), ConformancePage.ranges(fired));
    }
  }

  @BeforeAll
  static void pack() throws IOException {
    List<Path> roots =
        ClassPathPlugins.roots().stream().filter(root -> !root.endsWith("test-classes")).toList();
    bundled = ClassPathPlugins.jars(roots, folder);
    BrokenJars.pack(BrokenJar.all(), folder);
  }

  @TestFactory
  Stream<DynamicTest> jarsAreCaught() {
    return BrokenJar.all().stream()
        .map(
            jar ->
                dynamicTest(
                    jar.name(),
                    () ->
                        assertThat(fired(jar, relevant(jar.breaks()))).containsAll(jar.breaks())));
  }

  /** The rules about JARs, and those it breaks. */
  private static Predicate<String> relevant(List<String> breaks) {
    return rule -> rule.startsWith("J") || breaks.contains(rule);
  }

  private static Set<String> fired(BrokenJar jar, Predicate<String> rules) {
    Path path = BrokenJars.path(folder, jar.name());
    if (!jar.apart()) {
      return fired(path, rules);
    }
    List<String> chosen = RuleBook.read().rules().stream().filter(rules).toList();
    Limits limits = new Limits(jar.name().equals("never-ends") ? LITTLE : ENOUGH, MEMORY);
    return new Verification(bundled, chosen, limits).of(path, outcome -> {}).broken();
  }

  /** In this process. */
  private static Set<String> fired(Path jar, Predicate<String> rules) {
    Target target = Target.of(jar, bundled);
    try (Catalog catalog = Catalog.ofJars(target.beside())) {
      List<Check> checks = new ArrayList<>(Kit.ofJar(target));
      try {
        checks.addAll(Kit.ofComponents(catalog, catalog.load(jar)));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("\n");
      }
      List<Outcome> outcomes =
          checks.stream().filter(check -> rules.test(check.id().rule())).map(Check::run).toList();
      return new Verdict("broken", jar, outcomes).broken();
    }
  }

  @Test
  void thereAreThirtyAtLeast() throws IOException {
    assertThat(BrokenJar.all().size()).isGreaterThanOrEqualTo(10);
    assertThat(BrokenJar.all().size() + BrokenJars.records().size()).isGreaterThanOrEqualTo(30);
  }

  /** The right side of every row is the test below's; here, that no plug-in lacks one. */
  @Test
  void theTableHasEveryBrokenPluginAndWhatItBreaks() throws IOException {
    assumeTrue(!ConformancePage.regenerates(), "the table is written anew");
    Map<String, String> expected = new LinkedHashMap<>();
    for (BrokenJar jar : BrokenJar.all()) {
      expected.put(jar.name(), jar.mistake() + " | " + String.join(", ", jar.breaks()));
    }
    for (Class<?> type : BrokenJars.records()) {
      expected.put(name(type), mistake(type) + " | " + String.join(", ", breaks(type)));
    }
    Map<String, String> table = new LinkedHashMap<>();
    for (String line : ConformancePage.read("broken").lines().skip(2).toList()) {
      String[] cells = line.substring(2).split(" \\| ", -1);
      table.put(cells[0].replace("`", ""), cells[1] + " | " + cells[2]);
      assertThat(cells[3]).as(line).isNotBlank();
    }
    assertThat(table).as("to write it anew: -Dvarve.regenerate=true").isEqualTo(expected);
  }

  /** All rules on all of them, in real JARs: some minutes. */
  @Tag("slow")
  @Test
  void everyBrokenPluginIsCaughtByWhatItBreaks() throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (BrokenJar jar : BrokenJar.all()) {
      rows.put(jar.name(), new Row(jar.mistake(), jar.breaks(), fired(jar, rule -> true)));
    }
    for (Class<?> type : BrokenJars.records()) {
      Set<String> fired = fired(BrokenJars.pack(type, folder), rule -> true);
      rows.put(name(type), new Row(mistake(type), breaks(type), fired));
    }
    StringBuilder table =
        new StringBuilder("| plug-in | mistake | breaks | fired |\n| --- | --- | --- | --- |\n");
    rows.forEach((name, row) -> table.append("| `%s` | %s |\n".formatted(name, row)));
    if (ConformancePage.regenerates()) {
      ConformancePage.write("broken", table.toString());
    }
    rows.forEach((name, row) -> assertThat(row.fired()).as(name).containsAll(row.breaks()));
    assertThat(ConformancePage.read("broken"))
        .as("to write it anew: -Dvarve.regenerate=true")
        .isEqualTo(table.toString().strip());
  }

  private static List<String> breaks(Class<?> type) {
    return List.of(type.getAnnotation(Breaks.class).value());
  }

  private static String name(Class<?> type) {
    String holder = type.getNestHost().getSimpleName().replace("Broken", "");
    String kind = holder.toLowerCase(Locale.ROOT);
    return kind + ": " + type.getAnnotation(Named.class).value();
  }

  /** The comment on it. */
  private static String mistake(Class<?> type) throws IOException {
    Path source =
        Path.of(
            System.getProperty("basedir", ""),
            "src/test/java",
            type.getNestHost().getName().replace('.', '/') + ".java");
    Matcher comments = COMMENT.matcher(Files.readString(source));
    Set<String> found = new TreeSet<>();
    while (comments.find()) {
      if (comments.group(2).equals(type.getSimpleName())) {
        String text = comments.group(1).replaceAll("\\s*\\R\\s*\\*\\s*", " ").strip();
        found.add(text.replace("|", "\\|").replaceAll("\\{@code ([^}]*)}", "`$1`"));
      }
    }
    assertThat(found).as("comments on " + type).hasSize(1);
    return found.iterator().next();
  }
}
