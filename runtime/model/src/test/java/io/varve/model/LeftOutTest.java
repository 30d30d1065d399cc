package io.varve.model;

import static io.varve.model.plugin.CatalogTest.HEAD;
import static io.varve.model.plugin.CatalogTest.schedule;
import static io.varve.model.yaml.YamlTextTest.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Family;
import io.varve.spi.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JAR that cannot be used is named and left out, and the others work. */
class LeftOutTest {
  @TempDir private Path folder;

  @BeforeEach
  void aPlugInThatWorks() throws IOException {
    JarKit.of("fine", schedule("Fine", "fine")).write(folder.resolve("fine.jar"));
  }

  private Path jar() {
    return folder.resolve("acme.jar");
  }

  /** The one JAR left out; the other works. */
  private Catalog.LeftOut leftOut() {
    try (Catalog catalog = Catalog.open(List.of(folder))) {
      assertThat(catalog.components(Schedule.class)).containsKey("fine");
      new Binder(catalog).bind("s", "fine", Schedule.class);
      assertThat(catalog.leftOut()).hasSize(1);
      Catalog.LeftOut leftOut = catalog.leftOut().get(0);
      assertThat(leftOut.reason()).hasLineCount(1);
      assertThat(leftOut).hasToString(leftOut.jar() + ": " + leftOut.reason());
      return leftOut;
    }
  }

  @Test
  void whatLacksADescriptor() throws IOException {
    JarKit.of("acme", schedule("Two", "two")).manifest("Plugin-Id", null).write(jar());
    assertThat(leftOut())
        .isEqualTo(
            new Catalog.LeftOut(
                jar(),
                "its manifest has no Plugin-Id; set it in maven-jar-plugin's manifestEntries",
                List.of("schedule two")));
  }

  @Test
  void whatIsDamaged() throws IOException {
    byte[] whole =
        Files.readAllBytes(
            JarKit.of("acme", schedule("One", "one"), schedule("Two", "two")).write(jar()));
    Files.write(jar(), Arrays.copyOf(whole, whole.length / 2));
    assertThat(leftOut().reason())
        .isEqualTo("is not a whole JAR: zip END header not found; copy or build it again");
    Files.write(jar(), Arrays.copyOf(whole, whole.length - 1));
    assertThat(leftOut().components()).containsExactly("schedule one", "schedule two");
    Files.write(jar(), "no zip".getBytes(UTF_8));
    assertThat(leftOut().components()).isEmpty();
    Files.delete(jar());
    Files.createDirectory(jar());
    assertThat(leftOut().reason())
        .isEqualTo("is a folder, a pipe or a device, expected a JAR; move it away");
  }

  @Test
  void whatShipsAClassOfVarveOrIsForALaterJava() throws IOException {
    JarKit.of("acme", schedule("Two", "two"))
        .with("ai/djl/ndarray/NDArray.class", new byte[] {1})
        .write(jar());
    assertThat(leftOut().reason()).startsWith("contains ai.djl.ndarray.NDArray, which Varve");
    JarKit kit = JarKit.of("acme", schedule("Two", "two"));
    byte[] newer = kit.entry("acme/Two.class");
    newer[7] = (byte) (44 + 90);
    kit.with("acme/Two.class", newer).write(jar());
    assertThat(leftOut().reason()).startsWith("acme.Two is built for Java 90, and this is Java ");
    assertThat(leftOut().components()).containsExactly("schedule two");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "throw new IllegalStateException(\"no GPU\")",
        "throw new AssertionError(\"no GPU\")",
        "throw new StackOverflowError(\"no GPU\")"
      })
  void whatThrowsWhenItIsLoaded(String statement) throws IOException {
    String body = "implements Schedule {\n  static {\n    if (true) {\n      %s;\n    }\n  }\n";
    String source =
        schedule("Two", "two").replace("implements Schedule {", body.formatted(statement));
    JarKit.of("acme", source).write(jar());
    String type = statement.replaceFirst("throw new (\\w+).*", "$1");
    assertThat(leftOut().reason())
        .startsWith("threw " + type + ": no GPU at ")
        .contains("(Two.java:")
        .endsWith(" when it was loaded; mend it");
  }

  @Test
  void whatHasTheNameOfOneLoadedFirst() throws IOException {
    JarKit.of("late", schedule("Fine", "fine"), schedule("More", "more"))
        .write(folder.resolve("late.jar"));
    assertThat(leftOut().toString())
        .isEqualTo(
            "%s: its schedule 'fine' has the name of one in %s, which is loaded first; rename it, or remove one of them"
                .formatted(folder.resolve("late.jar"), folder.resolve("fine.jar")));
    try (Catalog catalog = Catalog.open(List.of(folder))) {
      assertThat(catalog.components(Schedule.class)).as("all or nothing").containsOnlyKeys("fine");
    }
    Files.delete(folder.resolve("late.jar"));
    JarKit.of("acme", schedule("One", "same"), schedule("Two", "same")).write(jar());
    assertThat(leftOut().reason()).isEqualTo("has two schedule plug-ins named 'same'; rename one");
  }

  @Test
  void theLaterFolderGivesWay() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path late = JarKit.of("late", schedule("Fine", "fine")).write(other.resolve("a.jar"));
    try (Catalog catalog = Catalog.open(List.of(folder, other, folder.resolve("other/..")))) {
      assertThat(catalog.plugins()).hasSize(1);
      assertThat(catalog.leftOut()).extracting(Catalog.LeftOut::jar).containsExactly(late);
    }
  }

  @Test
  void whatHasTheIdOfOneLoadedFirst() throws IOException {
    JarKit.of("fine", schedule("Other", "other")).write(folder.resolve("later.jar"));
    assertThat(leftOut().toString())
        .isEqualTo(
            "%s: has the Plugin-Id 'fine', as %s, which is loaded first; remove one of them"
                .formatted(folder.resolve("later.jar"), folder.resolve("fine.jar")));
  }

  @Test
  void whatIsNoComponent() throws IOException {
    String reason =
        "acme.%s is no @Named record of an extension point of io.varve.spi; see docs/plugins.md";
    String plain = schedule("Plain", "plain").replace("record Plain()", "class Plain");
    JarKit.of("acme", plain).write(jar());
    assertThat(leftOut().reason()).isEqualTo(reason.formatted("Plain"));
    JarKit.of("acme", schedule("Nameless", "x").replace("@Named(\"x\")", "")).write(jar());
    assertThat(leftOut().reason()).isEqualTo(reason.formatted("Nameless"));
    String loose =
        HEAD + "@Extension @Named(\"loose\") public record Loose() implements Component {}";
    JarKit.of("acme", loose).write(jar());
    assertThat(leftOut().reason()).isEqualTo(reason.formatted("Loose"));
  }

  @Test
  void whatNeedsAClassThatIsNowhere() throws IOException {
    JarKit.of("acme", schedule("Gone", "gone")).without("acme/Gone.class").write(jar());
    assertThat(leftOut().reason()).isEqualTo("needs acme.Gone, which is nowhere; build it again");
    String helper = "package acme; public record Helper() {}";
    String holder = schedule("Holder", "holder").replace("Holder()", "Holder(List<Helper> all)");
    JarKit.of("acme", holder, helper).without("acme/Helper.class").write(jar());
    assertThat(leftOut().reason()).contains("acme.Helper");
    JarKit.of("acme", schedule("Good", "good"))
        .with("META-INF/extensions.idx", "# none\n\n acme.Good # good\n".getBytes(UTF_8))
        .write(jar());
    try (Catalog catalog = Catalog.open(List.of(folder))) {
      assertThat(catalog.components(Schedule.class)).containsOnlyKeys("fine", "good");
    }
  }

  @Test
  void whatDependsOnAnotherPlugIn() throws IOException {
    JarKit.of("acme", schedule("Needy", "needy"))
        .manifest("Plugin-Dependencies", "fine")
        .write(jar());
    assertThat(leftOut().reason()).startsWith("cannot be loaded: ").contains("fine");
  }

  @Test
  void isNamedWhereAModelNeedsIt() throws IOException {
    JarKit.of("acme", schedule("Two", "two"), point()).manifest("Plugin-Id", null).write(jar());
    try (Catalog catalog = Catalog.open(List.of(folder))) {
      String end =
          "; "
              + jar()
              + ", which provides it, was left out: its manifest has no Plugin-Id; set it in"
              + " maven-jar-plugin's manifestEntries";
      Binder binder = new Binder(catalog);
      refused(
          () -> binder.bind("m", "two", Schedule.class), "m:1: no schedule is named 'two'" + end);
      refused(
          () -> binder.bind("m", "point", Family.class), "m:1: no family is named 'point'" + end);
      refused(
          () -> binder.bind("m", "three", Schedule.class),
          "m:1: no schedule is named 'three'; loaded plug-ins provide: [fine]. Is its JAR in the"
              + " plug-ins folder?");
    }
  }

  private static String point() {
    return HEAD
        + """
        @Extension
        @Named("point")
        public record Point() implements Prior {
          public List<Parameters> parameters(Space event) {
            return List.of();
          }

          public Distribution of(Pass pass, Space event, NDList parameters) {
            return null;
          }
        }
        """;
  }

  @Test
  void isRefusedWhereOneJarIsAskedFor() throws IOException {
    JarKit.of("late", schedule("Fine", "fine")).write(folder.resolve("late.jar"));
    try (Catalog catalog = Catalog.ofJars(List.of(folder.resolve("fine.jar")))) {
      refused(
          () -> catalog.load(folder.resolve("late.jar")),
          "%s: its schedule 'fine' has the name of one in %s, which is loaded first; rename it, or remove one of them"
              .formatted(folder.resolve("late.jar"), folder.resolve("fine.jar")));
      assertThat(catalog.plugins()).hasSize(1);
    }
  }
}
