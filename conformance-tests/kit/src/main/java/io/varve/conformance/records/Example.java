package io.varve.conformance.records;

import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.NotApplicable;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;

/**
 * An example of a component, which may not bind.
 *
 * @param catalog where the component comes from
 * @param point its extension point
 * @param type its class
 * @param yaml the example
 */
public record Example(Catalog catalog, Class<?> point, Class<?> type, String yaml)
    implements Fixture {
  /**
   * The component that the example binds.
   *
   * @throws NotApplicable if it does not bind: J6 says why, and no other rule can be tried then
   */
  public Component bound() {
    try {
      return binding();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new NotApplicable("its example does not bind (J6)");
    }
  }

  Component binding() {
    return (Component) new Binder(catalog).bind("example", yaml, type);
  }
}
