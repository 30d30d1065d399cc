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

      DJL runs ONNX files but cannot write them. `io.varve.export.onnx` does: it runs ordinary DJL code, a `Block` or any
      function of `NDArray`s, on arrays that record what is done with them, and writes the record as an ONNX graph
      (operator set 20). It needs DJL's API, an engine (PyTorch), ONNX Runtime, `tribuo-util-onnx` and `varve-inference`;
      no plug-ins, no YAML.

      ```java
      %s```

      `save` writes `net.onnx` and, beside it, its weights as `net.safetensors`, which graphs may share. Then it runs the
      graph in ONNX Runtime at batch sizes 1, 2 and 32 and compares it with DJL; a graph that differs by more than 1e-4 is
      refused. `trace` and `check` do the two halves apart.

      ## What the code must keep to

      The code is run at batch sizes 3, 5 and 8. What differs must be a multiple of the batch plus a constant, and becomes
      one in the graph; at batch sizes 1 and 2 it must do the same. Errors name the operation, the line of the code, and what
      to write instead.

      | Refused | Instead |
      | --- | --- |
      | reading a value on the host (`getFloat`, `toArray`, `if` on a value) | `NDArrays.where`, or make it an input |
      | a branch or a loop on the batch size | operations on whole arrays |
      | a plain array as the left operand, or one that was never registered | put the traced one on the left; make it a `Parameter` or create it with `trace.manager()` |
      | drawing at random | make the draw an input |
      | `set`, `copyTo`, and changes in place of what another array shares | `NDArrays.where`, `concat`, the same operation not in place |
      | results whose shape depends on values (`booleanMask`, `nonzero`, `unique`) | `NDArrays.where`, `gather` |
      | training mode, gradients | the forward pass with `training = false` |
      | FLOAT16, BFLOAT16, complex and unsigned types but UINT8 | `toType(DataType.FLOAT32, false)` |

      ## Loops

      A loop with a fixed number of turns is written out turn by turn. `trace.repeat(count, state, body)` is one `Loop` node
      instead, and `trace.repeat(most, state, again, body)` one that stops as soon as a condition on the state is false
      (plug-ins write `Pass.repeat`). The body is recorded once; it may read arrays and parameters from around it and may
      repeat itself. What it does alike in every round is done once, before the loop.

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

      Types are those of the operands, DJL's promotion included: "all" means FLOAT32, FLOAT64, INT64, INT32, INT8, UINT8 and
      BOOLEAN, as far as DJL takes them. Where ONNX Runtime lacks a small type, the graph computes in INT32 and casts back.
      Methods that DJL writes in terms of others (such as `NDArrays.sub(1, x)`, `variance`, `countNonzero`) need no entry.
      The graph drops what no output needs, keeps each constant and each repeated operation once, folds what depends on
      constants only, and names every node after the line of the code: `Encoder:42/MatMul_7`.
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
