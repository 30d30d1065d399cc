package io.varve.conformance.families;

import io.varve.conformance.rule.Subject;
import io.varve.model.binder.Binder;
import io.varve.spi.Named;
import io.varve.spi.Prior;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The other priors at hand, as their examples bind them. */
final class OtherPriors {
  private OtherPriors() {}

  /** Every prior of the catalog but the subject; those that do not bind are left out. */
  static List<Prior> of(Subject subject) {
    List<Prior> priors = new ArrayList<>();
    for (Class<?> type : subject.catalog().components(Prior.class).values()) {
      if (type != subject.component().getClass()) {
        for (String example : type.getAnnotation(Named.class).examples()) {
          bind(subject, type, example).ifPresent(priors::add);
        }
      }
    }
    return priors;
  }

  /** An example that does not bind breaks J6 of the other prior, and is reported there. */
  private static Optional<Prior> bind(Subject subject, Class<?> type, String example) {
    try {
      Binder binder = new Binder(subject.catalog());
      return Optional.of((Prior) binder.bind(subject.toString(), example, type));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
