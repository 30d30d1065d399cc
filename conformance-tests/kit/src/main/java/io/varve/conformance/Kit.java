package io.varve.conformance;

import io.varve.model.Binder;
import io.varve.model.Catalog;
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
    Path jar = plugin.jar();
    List<Check> checks =
        new ArrayList<>(
            Check.of(
                plugin.id(),
                String.valueOf(jar.getFileName()),
                JarContract.class,
                () -> new JarContract(jar, catalog)));
    for (Kind kind : KINDS) {
      catalog.components(kind.point()).values().stream()
          .filter(type -> catalog.origin(type).equals(jar.toString()))
          .forEach(type -> checks.addAll(checks(catalog, plugin.id(), kind, type)));
    }
    return List.copyOf(checks);
  }

  private static List<Check> checks(Catalog catalog, String plugin, Kind kind, Class<?> type) {
    Named named = type.getAnnotation(Named.class);
    String point = kind.point().getSimpleName().toLowerCase(Locale.ROOT);
    List<Check> checks = new ArrayList<>();
    for (String example : named.examples()) {
      String subject = "%s %s %s".formatted(point, named.value(), example);
      checks.addAll(
          Check.of(
              plugin,
              subject,
              kind.type(),
              () -> {
                Component bound = (Component) new Binder(catalog).bind(subject, example, type);
                return kind.contract()
                    .apply(new Subject(plugin, point, named.value(), bound, example, catalog));
              }));
    }
    return checks;
  }
}
