package io.varve.conformance;

import io.varve.model.Binder;
import io.varve.spi.Named;
import io.varve.spi.Prior;
import java.util.ArrayList;
import java.util.List;

/** The other priors at hand, as their examples bind them. */
final class Neighbours {
  private Neighbours() {}

  /** Every prior of the catalog but the subject; those that do not bind are left out. */
  static List<Prior> of(Subject subject) {
    List<Prior> priors = new ArrayList<>();
    for (Class<?> type : subject.catalog().components(Prior.class).values()) {
      if (type == subject.component().getClass()) {
        continue;
      }
      for (String example : type.getAnnotation(Named.class).examples()) {
        bind(subject, type, example, priors);
      }
    }
    return priors;
  }

  private static void bind(Subject subject, Class<?> type, String example, List<Prior> priors) {
    try {
      Binder binder = new Binder(subject.catalog());
      priors.add((Prior) binder.bind(subject.toString(), example, type));
    } catch (RuntimeException e) {
      // J6 is its own to keep; here it would be reported of the wrong component
      return;
    }
  }
}
