package io.varve.conformance;

import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rules J6, J7, J8 and J11, for a component as one of its examples binds it. */
final class RecordContract extends Contract {
  private final Catalog catalog;
  private final Class<?> type;
  private final Class<?> point;
  private final String example;

  RecordContract(Catalog catalog, Class<?> point, Class<?> type, String example) {
    this.catalog = catalog;
    this.point = point;
    this.type = type;
    this.example = example;
  }

  private Component bound() {
    return bound(catalog, type);
  }

  private Component bound(Catalog from, Class<?> record) {
    try {
      return (Component) new Binder(from).bind("example", example, record);
    } catch (RuntimeException e) {
      throw new NotApplicable("its example does not bind (J6)");
    }
  }

  /** Binds the example and builds something of it, where one of the candidate shapes is taken. */
  @Rule
  public void j6_exampleBindsAndBuilds() {
    Component component;
    try {
      component = (Component) new Binder(catalog).bind("example", example, type);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new AssertionError("does not bind: " + e.getMessage(), e);
    }
    require(
        Builds.somewhere(component),
        "refuses every shape the kit offers (docs/conformance.md lists them), expected to build");
  }

  /** Binds the example twice, and builds of the one. */
  @Rule
  public void j7_boundTwiceIsEqual() {
    Component one = bound();
    Component other = bound();
    require(one.equals(other), "bound twice from the same YAML: %s and %s".formatted(one, other));
    require(
        one.hashCode() == other.hashCode(), "bound twice from the same YAML, hash codes differ");
    Builds.failure(one);
    require(one.equals(other), "having built, it is %s, expected %s".formatted(one, other));
  }

  /** Constructs it of lists that change afterwards, and changes those that it hands out. */
  @Rule
  public void j7_copiesCollections() {
    RecordValues values = new RecordValues(bound());
    if (values.lists().isEmpty()) {
      throw new NotApplicable("it has no list");
    }
    for (String key : values.lists()) {
      List<Object> handed = new ArrayList<>(values.list(key));
      Object record = constructed(values, key, handed);
      Object expected = constructed(values, key, List.copyOf(handed));
      handed.clear();
      require(
          record.equals(expected),
          "a list given for '%s' and changed afterwards changes it; write List.copyOf"
              .formatted(key));
      try {
        new RecordValues((Component) record).list(key).clear();
      } catch (UnsupportedOperationException e) {
        continue; // as it should be
      }
      require(
          record.equals(expected),
          "the list it hands out as '%s' can be changed; write List.copyOf".formatted(key));
    }
  }

  private static Object constructed(RecordValues values, String key, List<?> list) {
    try {
      return values.with(key, list);
    } catch (InvocationTargetException e) {
      throw new NotApplicable(
          "its constructor refuses the list it was bound with: " + e.getCause());
    }
  }

  /**
   * Puts a value no component can work with, or one of the least and the largest, in place of each
   * of its keys: minus one, zero, not a number, infinity, the largest number, no element, no text.
   */
  @Rule
  public void j8_refusesWhatItCannotWorkWith() {
    RecordValues values = new RecordValues(bound());
    List<BadValues.Bad> bad = BadValues.of(values);
    if (bad.isEmpty()) {
      throw new NotApplicable("it has no number, list or text");
    }
    bad.forEach(each -> requireRefusedOrBuilt(values, each));
  }

  private void requireRefusedOrBuilt(RecordValues values, BadValues.Bad bad) {
    Component record;
    try {
      record = values.with(bad.key(), bad.value());
    } catch (InvocationTargetException e) {
      requireRefusal(bad, e.getCause());
      return;
    }
    if (bad.buildable()) {
      Builds.failure(record)
          .ifPresent(
              failure -> {
                throw new AssertionError(
                    "with '%s' of %s, which its constructor takes: %s"
                        .formatted(bad.key(), bad.words(), failure));
              });
    }
  }

  private static void requireRefusal(BadValues.Bad bad, Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    String what = "with '%s' of %s its constructor threw ".formatted(bad.key(), bad.words());
    require(
        thrown instanceof IllegalArgumentException,
        "%s%s: %s, expected an IllegalArgumentException"
            .formatted(what, thrown.getClass().getSimpleName(), firstLine(message)));
    require(
        !message.isBlank() && message.lines().count() == 1 && thrown.getMessage() != null,
        what + "'" + message.replace("\n", "\\n") + "', expected one line that says what is wrong");
    require(
        bad.isNamedIn(message), what + "'" + message + "', which does not name the value found");
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** Loads its JAR anew, and looks at the static fields before and after building. */
  @Rule
  public void j11_buildingChangesNoStaticField() {
    List<Path> jars = catalog.plugins().stream().map(Catalog.Plugin::jar).toList();
    if (jars.isEmpty()) {
      throw new NotApplicable("it does not come from a JAR");
    }
    try (Catalog fresh = Catalog.ofJars(jars)) {
      String name = bound().getClass().getAnnotation(Named.class).value();
      Class<?> again = fresh.components(point).get(name);
      StaticFields fields = StaticFields.of(again, Path.of(fresh.origin(again)));
      Map<String, String> before = fields.content();
      Builds.failure(bound(fresh, again));
      Map<String, String> after = fields.content();
      before.forEach(
          (field, content) ->
              require(
                  content.equals(after.get(field)),
                  field
                      + " holds something else after building; a component keeps no static state"));
    }
  }
}
