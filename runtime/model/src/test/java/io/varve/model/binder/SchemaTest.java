package io.varve.model.binder;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.varve.model.Kit;
import io.varve.model.objective.Objective;
import io.varve.model.yaml.Kebab;
import io.varve.spi.Default;
import io.varve.spi.Hierarchy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaTest {
  record File(
      String name, Hierarchy model, @Default("{}") Objective objective, Optional<Path> out) {}

  private static final JsonObject SCHEMA = Schema.of(Kit.binder(), File.class);

  private static JsonObject definition(String name) {
    return SCHEMA.getAsJsonObject("$defs").getAsJsonObject(name);
  }

  private static List<JsonObject> options(String name) {
    List<JsonObject> options = new ArrayList<>();
    definition(name).getAsJsonArray("anyOf").forEach(o -> options.add(o.getAsJsonObject()));
    return options;
  }

  /** The option of a choice that this type names. */
  private static JsonObject option(String name, String type) {
    return options(name).stream()
        .filter(o -> o.has("properties"))
        .filter(
            o ->
                o.getAsJsonObject("properties")
                    .getAsJsonObject("type")
                    .get("const")
                    .getAsString()
                    .equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> strings(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsString).toList();
  }

  private static void references(JsonElement element, List<String> found) {
    if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(e -> references(e, found));
    } else if (element.isJsonObject()) {
      JsonObject object = element.getAsJsonObject();
      if (object.has("$ref")) {
        found.add(object.get("$ref").getAsString());
      }
      object.asMap().values().forEach(e -> references(e, found));
    }
  }

  @Test
  void resolvesEveryReference() {
    List<String> references = new ArrayList<>();
    references(SCHEMA, references);
    assertThat(references).isNotEmpty();
    for (String reference : references) {
      assertThat(reference).startsWith("#/$defs/");
      assertThat(definition(reference.substring("#/$defs/".length())).size()).isPositive();
    }
  }

  @Test
  void listsEveryKeyOfEveryRecord() {
    JsonObject file = definition(File.class.getName());
    assertThat(file.getAsJsonObject("properties").keySet())
        .containsExactly("name", "model", "objective", "out");
    assertThat(strings(file.getAsJsonArray("required"))).containsExactly("name", "model");
    assertThat(file.get("additionalProperties").getAsBoolean()).isFalse();
    for (Class<?> point : List.of(io.varve.spi.Network.class, io.varve.spi.Schedule.class)) {
      Kit.binder()
          .choices()
          .of(point)
          .forEach(
              (type, record) -> {
                JsonObject properties = option(point.getName(), type).getAsJsonObject("properties");
                for (RecordComponent component : record.getRecordComponents()) {
                  assertThat(properties.has(Kebab.of(component.getName()))).isTrue();
                }
              });
    }
  }

  @Test
  void mergesAFamilyIntoItsFactor() {
    JsonObject factor = option("io.varve.spi.Factor", "normal");
    assertThat(factor.getAsJsonObject("properties").keySet())
        .containsExactlyInAnyOrder("type", "scale", "given", "network", "flow");
    assertThat(strings(factor.getAsJsonArray("required"))).containsExactly("type");
    assertThat(factor.get("additionalProperties").getAsBoolean()).isFalse();
    JsonObject scale = factor.getAsJsonObject("properties").getAsJsonObject("scale");
    assertThat(strings(scale.getAsJsonArray("enum"))).containsExactly("exp", "softplus-elu");
    assertThat(scale.get("description")).isEqualTo(new JsonPrimitive("default: exp"));
  }

  @Test
  void allowsABareNameOnlyWhereNoKeyIsRequired() {
    List<JsonObject> words =
        options("io.varve.spi.Schedule").stream().filter(o -> o.has("enum")).toList();
    assertThat(words).isEmpty(); // constant needs its value, linear its ends
    JsonObject networks =
        options("io.varve.spi.Network").stream()
            .filter(o -> o.has("enum"))
            .findFirst()
            .orElseThrow();
    assertThat(strings(networks.getAsJsonArray("enum"))).containsExactly("mlp");
  }

  @Test
  void namesANodeByItsKind() {
    List<JsonObject> kinds = options("io.varve.spi.Node");
    assertThat(kinds)
        .extracting(k -> k.getAsJsonObject("properties").keySet())
        .allSatisfy(keys -> assertThat(keys).doesNotContain("name"));
    assertThat(kinds)
        .extracting(k -> strings(k.getAsJsonArray("required")))
        .containsExactlyInAnyOrder(
            List.of("p", "observed"),
            List.of("of", "by", "p", "derived"),
            List.of("shape", "p", "q", "latent"),
            List.of("shape", "network", "feature"));
  }

  @Test
  void takesFreeBitsAsANumberOrByLatent() {
    JsonArray forms =
        definition(Objective.class.getName())
            .getAsJsonObject("properties")
            .getAsJsonObject("free-bits")
            .getAsJsonArray("anyOf");
    assertThat(forms.get(0).getAsJsonObject().get("type").getAsString()).isEqualTo("number");
    JsonObject each = forms.get(1).getAsJsonObject().getAsJsonObject("additionalProperties");
    assertThat(each.get("type").getAsString()).isEqualTo("number");
  }
}
