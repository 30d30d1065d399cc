package io.varve.model.guard;

import io.varve.spi.Hierarchy;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.lang.reflect.RecordComponent;
import java.util.List;

/** Asks a hierarchy for its nodes, which must be whole. */
public final class GuardedHierarchy {
  private GuardedHierarchy() {}

  /**
   * Asks a hierarchy for its nodes.
   *
   * @throws IllegalArgumentException one line: what it refuses, threw or left out
   */
  public static List<Node> nodes(Hierarchy hierarchy, Space x) {
    Guard guard = new Guard("model", hierarchy);
    List<Node> nodes = guard.built("nodes", () -> hierarchy.nodes(x));
    for (int i = 0; i < nodes.size(); i++) {
      requireWhole(guard, "nodes()[" + i + "]", nodes.get(i));
    }
    return nodes;
  }

  /** Refuses null wherever the SPI has a value: in nodes, factors, steps and lists of them. */
  private static void requireWhole(Guard guard, String path, Object value) {
    if (value == null) {
      throw guard.fault(path + " is null", null);
    }
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        requireWhole(guard, path + "[" + i + "]", list.get(i));
      }
    }
    if (value instanceof Record && value.getClass().getName().startsWith("io.varve.spi.")) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        requireWhole(guard, path + "." + component.getName(), read(component, value));
      }
    }
  }

  private static Object read(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }
}
