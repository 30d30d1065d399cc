package io.varve.export.onnx.lower;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keeps docs/operations.md as the table of operations is. */
class OperationsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "operations.md");

  private static final Path EXAMPLE =
      Path.of("src", "test", "java", "io", "varve", "export", "onnx", "Example.java");

  private static final String INTRODUCTION =
      """
      # Any DJL model to ONNX

      <!-- Made by OperationsPageTest. To make it anew:
           mvn -pl export -am verify -Dtest=OperationsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dvarve.regenerate=true -->

      DJL runs ONNX files but cannot write them. `io.varve.export.onnx` can. It takes ordinary DJL code, a `Block` or any
      function of `NDArray`s, and runs it on arrays that record what is done with them. Then it writes the record as an ONNX
      graph (operator set 20). It needs DJL's API, an engine (PyTorch), ONNX Runtime, `tribuo-util-onnx` and
      `varve-inference`. It needs no plug-ins and no YAML.

      ```java
      %s```

      `save` writes `net.onnx`, and beside it the weights as `net.safetensors`. Several graphs may share one weights file. Then
      `save` runs the graph in ONNX Runtime at batch sizes 1, 2 and 32, and compares the results with DJL. A graph that
      differs by more than 1e-4 is refused. `trace` does only the first half, and `check` only the second.

      ## What the code must keep to

      The exporter runs the code at batch sizes 3, 5 and 8. A size that differs between these runs must be a multiple of the
      batch plus a constant, and becomes that in the graph. The code must do the same at batch sizes 1 and 2. An error names
      the operation, the line of the code, and what to write instead.

      | Refused | Instead |
      | --- | --- |
      | reading a value on the host (`getFloat`, `toArray`, `if` on a value) | `NDArrays.where`, or make it an input |
      | a branch or a loop on the batch size | operations on whole arrays |
      | a plain array as the left operand, or a plain array that was never registered | put the traced array on the left; make the plain one a `Parameter`, or create it with `trace.manager()` |
      | random draws | make the draw an input |
      | `set`, `copyTo`, and changes in place if another array shares the storage | `NDArrays.where`, `concat`, the same operation not in place |
      | results whose shape depends on values (`booleanMask`, `nonzero`, `unique`) | `NDArrays.where`, `gather` |
      | training mode, gradients | the forward pass with `training = false` |
      | FLOAT16, BFLOAT16, complex types, and unsigned types except UINT8 | `toType(DataType.FLOAT32, false)` |

      ## Loops

      An ordinary Java loop is written out in the graph, round by round. `trace.repeat(count, state, body)` gives one `Loop` node
      instead. `trace.repeat(most, state, again, body)` gives a `Loop` that stops as soon as a condition on the state is
      false. Plug-ins write `Pass.repeat`. The body is recorded once. It may read arrays and parameters from outside, and it
      may contain further loops. Work that is the same in every round is done once, before the loop.

      ```java
      NDList found =
          trace.repeat(
              100,
              new NDList(start, start.onesLike()),
              state -> state.get(1).gt(1e-6f).any(),
              state -> {
                NDArray next = step(state.get(0));
                return new NDList(next, next.sub(state.get(0)).abs());
              });
      ```

      ## Operations

      Types are the types of the operands, after DJL's promotion. "all" means FLOAT32, FLOAT64, INT64, INT32, INT8, UINT8 and
      BOOLEAN, as far as DJL takes them. If ONNX Runtime lacks a small type, the graph computes in INT32 and casts back.
      Methods that DJL writes in terms of others, such as `NDArrays.sub(1, x)`, `variance` and `countNonzero`, need no entry.

      The graph leaves out what no output needs, keeps each constant and each repeated operation once, and computes in advance
      what depends only on constants. Every node has the name of the line of the code: `Encoder:42/MatMul_7`.
      """;

  private static String page() throws IOException {
    String source = Files.readString(EXAMPLE);
    String example =
        source
            .substring(source.indexOf("// tag::example\n"), source.indexOf("    // end::example"))
            .replace("// tag::example\n", "")
            .indent(-4);
    StringBuilder page = new StringBuilder(INTRODUCTION.formatted(example));
    for (Map.Entry<String, List<Operator>> theme : Operators.byTheme().entrySet()) {
      page.append("\n### ").append(theme.getKey()).append("\n\n");
      page.append("| DJL | ONNX | Types | Limits |\n| --- | --- | --- | --- |\n");
      Map<String, Operator> sorted = new TreeMap<>();
      theme.getValue().forEach(operator -> sorted.put(operator.name(), operator));
      sorted.values().forEach(operator -> page.append(row(operator)));
    }
    page.append("\n## Refused by name\n\n| DJL | Instead |\n| --- | --- |\n");
    Operators.refused()
        .forEach((name, instead) -> page.append("| `" + name + "` | " + instead + " |\n"));
    return page.toString();
  }

  private static String row(Operator operator) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(operator.name(), operator.onnx(), operator.types(), operator.limits())
        .replace("|  |", "| |");
  }

  @Test
  void isWhatTheTableSays() throws IOException {
    if (Boolean.getBoolean("varve.regenerate")) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as("docs/operations.md is out of date; run this test with -Dvarve.regenerate=true")
        .isEqualTo(page());
  }

  @Test
  void tellsOfEveryOperation() throws IOException {
    assertThat(page()).contains(Operators.all().keySet());
  }
}
