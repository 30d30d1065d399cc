package io.varve.conformance.records;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rules J6, J7, J8 and J11, for a component as one of its examples binds it. */
public final class RecordRules {
  private final Example example;

  RecordRules(Example example) {
    this.example = example;
  }

  /** Binds the example and builds something of it, where one of the candidate shapes is taken. */
  @Rule
  void j6_exampleBindsAndBuilds() {
    Component component;
    try {
      component = example.binding();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new AssertionError("does not bind: " + e.getMessage(), e);
    }
    require(
        BuildAttempts.somewhere(component),
        "refuses every shape the kit offers (docs/conformance.md lists them), expected to build");
  }

  /** Binds the example twice, and builds of the one. */
  @Rule
  void j7_boundTwiceIsEqual() {
    Component one = example.bound();
    Component other = example.bound();
    require(one.equals(other), "bound twice from the same YAML: %s and %s".formatted(one, other));
    require(
        one.hashCode() == other.hashCode(), "bound twice from the same YAML, hash codes differ");
    BuildAttempts.failure(one);
    require(one.equals(other), "having built, it is %s, expected %s".formatted(one, other));
  }

  /** Constructs it of lists that change afterwards, and changes those that it hands out. */
  @Rule
  void j7_copiesCollections() {
    RecordValues values = new RecordValues(example.bound());
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
  void j8_refusesWhatItCannotWorkWith() {
    RecordValues values = new RecordValues(example.bound());
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
      BuildAttempts.failure(record)
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
  void j11_buildingChangesNoStaticField() {
    List<Path> jars = example.catalog().plugins().stream().map(Catalog.Plugin::jar).toList();
    if (jars.isEmpty()) {
      throw new NotApplicable("it does not come from a JAR");
    }
    try (Catalog fresh = Catalog.ofJars(jars)) {
      String name = example.type().getAnnotation(Named.class).value();
      Class<?> again = fresh.components(example.point()).get(name);
      StaticFields fields = StaticFields.of(again, Path.of(fresh.origin(again)));
      Map<String, String> before = fields.content();
      BuildAttempts.failure(new Example(fresh, example.point(), again, example.yaml()).bound());
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
