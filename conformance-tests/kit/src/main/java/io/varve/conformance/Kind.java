package io.varve.conformance;

import io.varve.conformance.arrays.ArrayRules;
import io.varve.conformance.arrays.ExportRules;
import io.varve.conformance.arrays.GradientRules;
import io.varve.conformance.arrays.RepeatRules;
import io.varve.conformance.bijectors.BijectorProbes;
import io.varve.conformance.bijectors.BijectorRules;
import io.varve.conformance.bijectors.InverseRules;
import io.varve.conformance.bijectors.JacobianRules;
import io.varve.conformance.bijectors.StateRules;
import io.varve.conformance.families.DensityRules;
import io.varve.conformance.families.FamilyProbes;
import io.varve.conformance.families.FamilyRules;
import io.varve.conformance.families.LikelihoodRules;
import io.varve.conformance.families.MassRules;
import io.varve.conformance.families.PriorRules;
import io.varve.conformance.families.RowRules;
import io.varve.conformance.hierarchies.HierarchyRules;
import io.varve.conformance.jars.ByteCodeRules;
import io.varve.conformance.jars.JarRules;
import io.varve.conformance.jars.LoadingRules;
import io.varve.conformance.models.ModelRules;
import io.varve.conformance.networks.NetworkProbes;
import io.varve.conformance.networks.NetworkRules;
import io.varve.conformance.records.RecordRules;
import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.Subject;
import io.varve.conformance.schedules.ScheduleRules;
import io.varve.conformance.transforms.TransformProbes;
import io.varve.conformance.transforms.TransformRules;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Likelihood;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is checked of components of one kind: all rules of the kit, in one place.
 *
 * @param point the extension point
 * @param fixture what the rules are tried on, made of a component
 * @param rules classes of rules, each with a constructor that takes the fixture
 */
record Kind(
    Class<? extends Component> point, Function<Subject, Fixture> fixture, List<Class<?>> rules) {
  /** Tried on a JAR that is not loaded. */
  static final List<Class<?>> OF_FILES = List.of(JarRules.class, ByteCodeRules.class);

  /** Tried on a JAR by loading it. */
  static final List<Class<?>> OF_LOADING = List.of(LoadingRules.class);

  /** Tried on every example of every component, which may not bind. */
  static final List<Class<?>> OF_RECORDS = List.of(RecordRules.class);

  /** Tried on every example of components of the kind. */
  static final List<Kind> ALL =
      List.of(
          new Kind(Transform.class, TransformProbes::new, onArrays(TransformRules.class)),
          new Kind(
              Prior.class,
              FamilyProbes::new,
              onArrays(FamilyRules.class, RowRules.class, DensityRules.class, PriorRules.class)),
          new Kind(
              Likelihood.class,
              FamilyProbes::new,
              onArrays(
                  FamilyRules.class,
                  RowRules.class,
                  DensityRules.class,
                  MassRules.class,
                  LikelihoodRules.class)),
          new Kind(
              Bijector.class,
              BijectorProbes::new,
              onArrays(
                  BijectorRules.class, InverseRules.class, JacobianRules.class, StateRules.class)),
          new Kind(Network.class, NetworkProbes::new, onArrays(NetworkRules.class)),
          new Kind(Schedule.class, subject -> subject, List.of(ScheduleRules.class)),
          new Kind(Hierarchy.class, subject -> subject, List.of(HierarchyRules.class)));

  /** The rules of a kind, and those of whatever computes with arrays. */
  private static List<Class<?>> onArrays(Class<?>... rules) {
    return Stream.concat(
            Stream.of(rules),
            Stream.of(
                ArrayRules.class,
                ExportRules.class,
                GradientRules.class,
                RepeatRules.class,
                ModelRules.class))
        .toList();
  }

  /** The extension point in lower case, as {@code transform}. */
  String word() {
    return point.getSimpleName().toLowerCase(Locale.ROOT);
  }
}
