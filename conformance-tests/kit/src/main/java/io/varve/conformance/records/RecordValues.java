package io.varve.conformance.records;

import io.varve.spi.Component;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/** The values of a component's keys, and the component with another value for one of them. */
final class RecordValues {
  private final Component component;
  private final RecordComponent[] keys;

  RecordValues(Component component) {
    this.component = component;
    this.keys = component.getClass().getRecordComponents();
  }

  /** Its keys, as Java spells them, with their types. */
  List<RecordComponent> keys() {
    return List.of(keys);
  }

  /** The keys that hold a list. */
  List<String> lists() {
    return Arrays.stream(keys)
        .filter(key -> key.getType() == List.class)
        .map(RecordComponent::getName)
        .toList();
  }

  /** A list as the component hands it out. */
  @SuppressWarnings("unchecked") // what it holds is not looked at
  List<Object> list(String key) {
    return (List<Object>)
        Arrays.stream(keys)
            .filter(each -> each.getName().equals(key))
            .map(this::value)
            .findFirst()
            .orElseThrow();
  }

  /** The value of one key. */
  Object value(RecordComponent key) {
    try {
      Method accessor = key.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(component);
    } catch (InvocationTargetException e) {
      throw new AssertionError("its accessor " + key.getName() + "() threw " + e.getCause(), e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Constructs the component with another value for one key.
   *
   * @throws InvocationTargetException whatever its constructor threw
   */
  Component with(String key, Object value) throws InvocationTargetException {
    Object[] values =
        Arrays.stream(keys).map(each -> each.getName().equals(key) ? value : value(each)).toArray();
    Class<?>[] types = Arrays.stream(keys).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = component.getClass().getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return (Component) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw e;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record has a canonical constructor", e);
    }
  }
}
