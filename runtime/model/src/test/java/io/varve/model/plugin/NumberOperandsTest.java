package io.varve.model.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.model.JarKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NumberOperandsTest {
  private static final String CALL =
      """
      package acme;

      import ai.djl.ndarray.*;
      import java.util.function.*;

      public final class Call%d {
        public static Object call(NDArray x) {
          return %s;
        }
      }
      """;

  /** What the rule finds in each of these expressions of an NDArray x. */
  private static List<Optional<NumberOperands.Found>> find(String... expressions) {
    List<String> sources = new ArrayList<>();
    for (String expression : expressions) {
      sources.add(CALL.formatted(sources.size(), expression));
    }
    JarKit jar = JarKit.of("acme", sources.toArray(String[]::new));
    List<Optional<NumberOperands.Found>> found = new ArrayList<>();
    for (int i = 0; i < expressions.length; i++) {
      found.add(NumberOperands.find(jar.entry("acme/Call" + i + ".class")));
    }
    return found;
  }

  @Test
  void findsArithmetic() {
    assertThat(
            find(
                "x.mul(2)",
                "x.div(2f)",
                "x.add(1)",
                "x.sub(1)",
                "x.mod(3)",
                "x.pow(2)",
                "x.maximum(0)",
                "x.minimum(0)",
                "x.muli(2)",
                "x.powi(2)",
                "NDArrays.mul(x, 2)",
                "NDArrays.sub(1, x)",
                "NDArrays.div(1, x)",
                "NDArrays.maximum(0, x)",
                "NDArrays.addi(x, 1)",
                "x.getNDArrayInternal().rdiv(1)"))
        .extracting(found -> found.map(NumberOperands.Found::method).orElse("nothing"))
        .containsExactly(
            "mul", "div", "add", "sub", "mod", "pow", "maximum", "minimum", "muli", "powi", "mul",
            "sub", "div", "maximum", "addi", "rdiv");
  }

  @Test
  void findsMethodReferences() {
    assertThat(find("((Function<Number, NDArray>) x::mul).apply(2)"))
        .containsExactly(Optional.of(new NumberOperands.Found("acme.Call0.call, line 8", "mul")));
  }

  @Test
  void leavesTheRestAlone() {
    assertThat(
            find(
                "x.mul(x)",
                "x.add(io.varve.spi.Ops.constant(x, 2))",
                "NDArrays.maximum(x, x)",
                "x.clip(0, 1)", // its bounds live as long as its result's manager
                "x.gt(0)", // no gradient
                "x.eq(0)",
                "x.percentile(50)",
                "((Function<NDArray, NDArray>) x::mul).apply(x)",
                "new java.math.BigDecimal(1).add(new java.math.BigDecimal(2))"))
        .allSatisfy(found -> assertThat(found).isEmpty());
  }
}
