package io.varve.conformance;

import io.varve.conformance.jars.JarContents;
import io.varve.conformance.jars.LoadingRules.Loading;
import io.varve.conformance.jars.ReadJar;
import io.varve.conformance.jars.Target;
import io.varve.conformance.records.Example;
import io.varve.conformance.rule.Subject;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Named;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/** Every rule on every component of a plug-in, as every one of its examples binds it. */
public final class Kit {
  private Kit() {}

  /**
   * The checks for one plug-in: those of its JAR, then those of its components.
   *
   * @param catalog holds the plug-in, and others that its examples name
   * @param plugin the plug-in to check
   */
  public static List<Check> checks(Catalog catalog, Catalog.Plugin plugin) {
    List<Path> beside =
        catalog.plugins().stream()
            .filter(other -> !other.equals(plugin))
            .map(Catalog.Plugin::jar)
            .toList();
    List<Check> checks = new ArrayList<>(ofJar(Target.of(plugin.jar(), beside)));
    checks.addAll(ofComponents(catalog, plugin));
    return List.copyOf(checks);
  }

  /**
   * The kit as JUnit 5 tests, for a plug-in's own build: a container for the JAR and for each
   * example of each component, a test for each check. A breach of what only SHOULD hold aborts its
   * test and so is shown, without failing the build.
   *
   * <pre>
   * &#64;TestFactory
   * Stream&lt;DynamicNode&gt; keepsTheContract() {
   *   return Kit.tests(Path.of("target/classes"));
   * }
   * </pre>
   *
   * <p>The test class path needs varve-conformance-kit (which brings DJL's PyTorch engine and its
   * native library for the platform) and, where examples name components of other plug-ins, those
   * plug-ins: {@code varve-priors} and so on. Every JAR or folder on the class path that has a
   * {@code META-INF/extensions.idx}, and every JAR in these folders, is loaded beside the plug-in.
   * The tests share one engine and must not run in parallel. They run in this virtual machine: what
   * hangs or exits takes it along; {@code varve verify} runs checks apart.
   *
   * @param plugin the plug-in's JAR or, in a build that has not packed it yet, the folder of its
   *     classes, which has no manifest, so that rule J9 is not checked
   * @param folders further folders of JARs, such as the one in a distribution
   * @throws IllegalArgumentException one line, if there is neither a JAR nor such a folder
   */
  public static Stream<DynamicNode> tests(Path plugin, Path... folders) {
    return KitTests.of(plugin, List.of(folders));
  }

  /** The checks of a JAR as a whole; the last one loads it, and no other loads a class of it. */
  static List<Check> ofJar(Target target) {
    List<Check> file = ofFile(target);
    Supplier<List<String>> broken =
        () ->
            file.stream()
                .filter(check -> !check.run().ok())
                .map(check -> check.id().rule())
                .toList();
    List<Check> checks = new ArrayList<>(file);
    checks.addAll(
        Check.of(
            JarContents.id(target.jar()),
            target.subject(),
            Kind.OF_LOADING,
            () -> new Loading(target, broken)));
    return checks;
  }

  /** The checks of a JAR that load no class of it. */
  private static List<Check> ofFile(Target target) {
    List<String> points = Kind.ALL.stream().map(kind -> kind.point().getSimpleName()).toList();
    String plugin = JarContents.id(target.jar());
    List<Check> checks = new ArrayList<>();
    for (Class<?> rules : Kind.OF_FILES) {
      checks.addAll(
          Check.of(plugin, target.subject(), List.of(rules), () -> ReadJar.of(target, points)));
    }
    return checks;
  }

  /** The checks of every example of a loaded plug-in's components. */
  static List<Check> ofComponents(Catalog catalog, Catalog.Plugin plugin) {
    List<Check> checks = new ArrayList<>();
    for (Kind kind : Kind.ALL) {
      catalog.components(kind.point()).values().stream()
          .filter(type -> catalog.origin(type).equals(plugin.jar().toString()))
          .forEach(type -> checks.addAll(ofComponent(catalog, plugin.id(), kind, type)));
    }
    return checks;
  }

  /** The checks of every example of a component. */
  static List<Check> ofComponent(Catalog catalog, String plugin, Kind kind, Class<?> type) {
    Named named = type.getAnnotation(Named.class);
    List<Check> checks = new ArrayList<>();
    for (int i = 0; i < named.examples().length; i++) {
      String yaml = named.examples()[i];
      String shown = yaml.strip().lines().count() > 1 ? "example " + (i + 1) : yaml.strip();
      String subject = kind.word() + " " + named.value() + " " + shown;
      Example example = new Example(catalog, kind.point(), type, yaml);
      checks.addAll(Check.of(plugin, subject, Kind.OF_RECORDS, () -> example));
      checks.addAll(
          Check.of(
              plugin,
              subject,
              kind.rules(),
              () -> kind.fixture().apply(subject(plugin, kind, named.value(), example))));
    }
    return checks;
  }

  private static Subject subject(String plugin, Kind kind, String name, Example example) {
    return new Subject(
        plugin, kind.word(), name, example.bound(), example.yaml(), example.catalog());
  }
}
