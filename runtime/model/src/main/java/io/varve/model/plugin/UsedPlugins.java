package io.varve.model.plugin;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the plug-ins that a record bound from YAML is made of. */
public final class UsedPlugins {
  private UsedPlugins() {}

  /**
   * The JARs that provide the components in a record, in the order they were loaded.
   *
   * @param bound what a {@code Binder} returned: a component, or a record that holds some
   */
  public static List<Catalog.Plugin> of(Record bound, Catalog catalog) {
    Set<String> origins = new LinkedHashSet<>();
    collect(bound, catalog, origins);
    return catalog.plugins().stream()
        .filter(plugin -> origins.contains(plugin.jar().toString()))
        .toList();
  }

  private static void collect(Object value, Catalog catalog, Set<String> origins) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresent(held -> collect(held, catalog, origins));
    } else if (value instanceof List<?> list) {
      list.forEach(item -> collect(item, catalog, origins));
    } else if (value instanceof Record record) {
      Optional.ofNullable(catalog.origin(record.getClass())).ifPresent(origins::add);
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        collect(read(component, record), catalog, origins);
      }
    }
  }

  private static Object read(RecordComponent component, Record record) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true); // the record may be hidden in its plug-in
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }
}
