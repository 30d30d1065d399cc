package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON without what is none. */
final class JsonTextTest {
  private record Psnr(double value, Float other) {}

  @Test
  void writesNumbersThatJsonLacksAsTexts() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("nan", Double.NaN);
    values.put("list", List.of(Float.NEGATIVE_INFINITY, 1.5f, 2));
    values.put("record", new Psnr(Double.POSITIVE_INFINITY, 0.1f));
    values.put("array", new double[] {Double.NaN, 1});
    assertThat(JsonText.line(values))
        .isEqualTo(
            "{\"nan\":\"NaN\",\"list\":[\"-Infinity\",1.5,2],"
                + "\"record\":{\"value\":\"Infinity\",\"other\":0.1},\"array\":[\"NaN\",1.0]}");
    assertThat(JsonText.indented(Map.of("a", Double.NaN))).isEqualTo("{\n  \"a\": \"NaN\"\n}\n");
  }

  @Test
  void escapesWhatSteersATerminal() {
    assertThat(JsonText.line("a\u009b31m\u202eb\u001b[2J"))
        .isEqualTo("\"a\\u009b31m\\u202eb\\u001b[2J\"");
  }
}
