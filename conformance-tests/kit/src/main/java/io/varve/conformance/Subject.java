package io.varve.conformance;

import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;

/**
 * What a contract is tried on: a component as one of its examples binds it.
 *
 * @param plugin the Plug-in's id
 * @param kind the extension point, as {@code bijector}
 * @param name the component's name
 * @param component the record
 * @param example the YAML it was bound from
 * @param catalog where it came from, with whatever other plug-ins its example names
 */
record Subject(
    String plugin, String kind, String name, Component component, String example, Catalog catalog) {

  @Override
  public String toString() {
    return "%s %s %s".formatted(kind, name, example);
  }
}
