package io.varve.app.check;

import com.google.gson.JsonObject;
import io.varve.app.check.CheckedModel.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a check, for programs and for people. */
final class CheckReport {
  private static final List<String> PARTS =
      List.of(
          "varve",
          "nvidia_card_names",
          "nvidia_driver",
          "cuda:0",
          "processor",
          "cores",
          "os",
          "jdk",
          "djl",
          "libtorch",
          "onnxruntime");

  /** The columns of the table: a heading and the figure below it. */
  private static final Map<String, String> COLUMNS = columns();

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("train images/s", "train_images_per_second");
    columns.put("s a step", "seconds_per_step");
    columns.put("processor s", "processor_seconds_per_step");
    columns.put("memory, MiB", "peak_memory_mib");
    columns.put("of the card, MiB", "card_memory_mib");
    columns.put("bound against the CPU", "bound_difference");
    columns.put("parity", "worst");
    columns.put("bound of 1, ms", "bound_1_ms");
    columns.put("bound of 100, ms", "bound_100_ms");
    columns.put("generate 1, ms", "generate_1_ms");
    columns.put("generate 100, ms", "generate_100_ms");
    return columns;
  }

  private final String device;
  private final Map<String, Figures> models = new LinkedHashMap<>();
  private JsonObject installation = new JsonObject();

  /**
   * A report without figures.
   *
   * @param device that everything is to run on, {@code cpu} or {@code cuda:i}
   */
  CheckReport(String device) {
    this.device = device;
  }

  /** What {@code varve doctor} found. */
  void found(ChildCommand.Outcome doctor) {
    installation = doctor.results().orElseGet(JsonObject::new);
    doctor.complaint().ifPresent(line -> failed("doctor", line));
  }

  /** Notes what failed apart from the models. */
  void failed(String what, String line) {
    of("the installation").failures().put(what, line);
  }

  /** The figures of a model, which are filled in. */
  Figures of(String model) {
    return models.computeIfAbsent(model, name -> new Figures());
  }

  String device() {
    return device;
  }

  /** How many models have figures. */
  long measured() {
    return models.values().stream().filter(figures -> !figures.values().isEmpty()).count();
  }

  /** What failed, by model. */
  Map<String, Map<String, String>> failures() {
    Map<String, Map<String, String>> failures = new LinkedHashMap<>();
    models.forEach(
        (name, figures) -> {
          if (!figures.failures().isEmpty()) {
            failures.put(name, figures.failures());
          }
        });
    return failures;
  }

  /** Everything. */
  Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("installation", installation);
    all.put("device", device);
    all.put("models", models);
    return all;
  }

  /** A table, ready to be pasted into a page. */
  String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(
        device.startsWith("cuda")
            ? "Measured by `varve gpu-check` on " + device + "."
            : "Measured by `varve gpu-check` on the CPU: no card took part.");
    lines.add("");
    for (String part : PARTS) {
      if (installation.has(part)) {
        lines.add("- " + part + ": " + installation.get(part).getAsString());
      }
    }
    lines.add("");
    lines.add("| model | " + String.join(" | ", COLUMNS.keySet()) + " |");
    lines.add("| --- ".repeat(COLUMNS.size() + 1) + "|");
    models.forEach(
        (name, figures) -> {
          if (figures.values().isEmpty()) {
            return;
          }
          StringBuilder row = new StringBuilder("| " + name + " |");
          COLUMNS
              .values()
              .forEach(key -> row.append(' ').append(cell(figures.values().get(key))).append(" |"));
          lines.add(row.toString());
        });
    failures()
        .forEach(
            (model, failed) ->
                failed.forEach(
                    (what, line) -> {
                      lines.add("");
                      lines.add(model + ", " + what + " failed: " + line);
                    }));
    return String.join("\n", lines) + "\n";
  }

  private static String cell(Object value) {
    if (!(value instanceof Double number)) {
      return "";
    }
    double size = Math.abs(number);
    String form =
        size != 0 && size < 1e-3 ? "%.1e" : size < 10 ? "%.3f" : size < 100 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, form, number);
  }
}
