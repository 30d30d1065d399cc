package io.varve.conformance;

import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/** Every rule on every component of a plug-in, as every one of its examples binds it. */
public final class Kit {
  /** What is checked of each extension point. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind(Transform.class, TransformContract.class, TransformContract::new),
          new Kind(Prior.class, PriorContract.class, PriorContract::new),
          new Kind(Likelihood.class, LikelihoodContract.class, LikelihoodContract::new),
          new Kind(Bijector.class, BijectorContract.class, BijectorContract::new),
          new Kind(Network.class, NetworkContract.class, NetworkContract::new),
          new Kind(Schedule.class, ScheduleContract.class, ScheduleContract::new),
          new Kind(Hierarchy.class, HierarchyContract.class, HierarchyContract::new));

  private record Kind(
      Class<? extends Component> point,
      Class<? extends Contract> type,
      Function<Subject, Contract> contract) {}

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

  /** The extension points, as {@code Transform}. */
  static List<String> points() {
    return KINDS.stream().map(kind -> kind.point().getSimpleName()).toList();
  }

  /** Every contract there is. */
  static List<Class<? extends Contract>> contracts() {
    List<Class<? extends Contract>> contracts =
        new ArrayList<>(
            List.of(
                JarContract.class,
                ByteCodeContract.class,
                LoadingContract.class,
                RecordContract.class));
    KINDS.forEach(kind -> contracts.add(kind.type()));
    return contracts;
  }

  /** The checks of a JAR as a whole; the last one loads it, and no other loads a class of it. */
  static List<Check> ofJar(Target target) {
    List<Check> checks = new ArrayList<>(ofFile(target));
    checks.addAll(
        Check.of(
            PackedPlugin.id(target.jar()),
            target.subject(),
            LoadingContract.class,
            () -> new LoadingContract(target)));
    return checks;
  }

  /** The checks of a JAR that load no class of it. */
  static List<Check> ofFile(Target target) {
    String plugin = PackedPlugin.id(target.jar());
    String subject = target.subject();
    List<Check> checks = new ArrayList<>();
    checks.addAll(Check.of(plugin, subject, JarContract.class, () -> new JarContract(target)));
    checks.addAll(
        Check.of(plugin, subject, ByteCodeContract.class, () -> new ByteCodeContract(target)));
    return checks;
  }

  /** The checks of every example of a loaded plug-in's components. */
  static List<Check> ofComponents(Catalog catalog, Catalog.Plugin plugin) {
    List<Check> checks = new ArrayList<>();
    for (Kind kind : KINDS) {
      catalog.components(kind.point()).values().stream()
          .filter(type -> catalog.origin(type).equals(plugin.jar().toString()))
          .forEach(type -> checks.addAll(checks(catalog, plugin.id(), kind, type)));
    }
    return checks;
  }

  private static List<Check> checks(Catalog catalog, String plugin, Kind kind, Class<?> type) {
    Named named = type.getAnnotation(Named.class);
    String point = kind.point().getSimpleName().toLowerCase(Locale.ROOT);
    List<Check> checks = new ArrayList<>();
    for (int i = 0; i < named.examples().length; i++) {
      String example = named.examples()[i];
      String shown = example.strip().lines().count() > 1 ? "example " + (i + 1) : example.strip();
      String subject = "%s %s %s".formatted(point, named.value(), shown);
      checks.addAll(
          Check.of(
              plugin,
              subject,
              RecordContract.class,
              () -> new RecordContract(catalog, kind.point(), type, example)));
      checks.addAll(
          Check.of(
              plugin,
              subject,
              kind.type(),
              () -> {
                Component bound = bound(catalog, example, type);
                return kind.contract()
                    .apply(new Subject(plugin, point, named.value(), bound, example, catalog));
              }));
    }
    return checks;
  }

  /** Rule J6 says why an example does not bind; no other can be tried on it then. */
  private static Component bound(Catalog catalog, String example, Class<?> type) {
    try {
      return (Component) new Binder(catalog).bind("example", example, type);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new NotApplicable("its example does not bind (J6)");
    }
  }
}
