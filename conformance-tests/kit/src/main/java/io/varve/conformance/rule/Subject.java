package io.varve.conformance.rule;

import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;

/**
 * What rules are tried on: a component as one of its examples binds it.
 *
 * @param plugin the plug-in's id
 * @param kind the extension point, as {@code bijector}
 * @param name the component's name
 * @param component the record
 * @param example the YAML it was bound from
 * @param catalog where it came from, with whatever other plug-ins its example names
 */
public record Subject(
    String plugin, String kind, String name, Component component, String example, Catalog catalog)
    implements Fixture {

  /** The component, bound anew from the same YAML. */
  public Component again() {
    return (Component) new Binder(catalog).bind(toString(), example, component.getClass());
  }

  @Override
  public String toString() {
    return "%s %s %s".formatted(kind, name, example);
  }
}
