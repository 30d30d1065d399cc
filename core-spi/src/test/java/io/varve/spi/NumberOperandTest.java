package io.varve.spi;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Why rule J3 exists: a Number operand lives in a direct buffer that the JVM frees at its next
 * collection, and the backward pass then reads whatever took its place.
 *
 * <p>Each trial builds a chain of operations with derivative 1, waits until the JVM has freed what
 * it will free, fills the freed memory and goes backward.
 */
class NumberOperandTest {
  private static final int TRIALS = 4;
  private static final int LINKS = 64;

  /** Two operations with derivative 1; powers of two, so that the right gradient is exact. */
  static Stream<Arguments> raw() {
    return Stream.of(
        link("mul", x -> x.mul(2f).mul(0.5f)),
        link("div", x -> x.div(2f).div(0.5f)),
        link("pow", x -> x.pow(1f)),
        link("maximum", x -> x.maximum(-1f)));
  }

  /** The same operations with {@link Ops#constant}. */
  static Stream<Arguments> safe() {
    return Stream.of(
        link("mul", x -> x.mul(Ops.constant(x, 2)).mul(Ops.constant(x, 0.5))),
        link("div", x -> x.div(Ops.constant(x, 2)).div(Ops.constant(x, 0.5))),
        link("pow", x -> x.pow(Ops.constant(x, 1))),
        link("maximum", x -> x.maximum(Ops.constant(x, -1))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("safe")
  void constantsKeepGradientsRight(String operation, UnaryOperator<NDArray> link)
      throws InterruptedException {
    for (int trial = 0; trial < TRIALS; trial++) {
      assertThat(gradientAfterCollection(link)).as(operation).containsOnly(1f);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("raw")
  void numbersGiveWrongGradients(String operation, UnaryOperator<NDArray> link)
      throws InterruptedException {
    int wrong = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      for (float slope : gradientAfterCollection(link)) {
        wrong += slope == 1f ? 0 : 1;
      }
    }
    assertThat(wrong)
        .as(
            "wrong gradients of %s(Number); if none, the engine keeps its operands now and rule"
                + " J3 can go",
            operation)
        .isPositive();
  }

  private static Arguments link(String name, UnaryOperator<NDArray> link) {
    return Arguments.of(name, link);
  }

  private static float[] gradientAfterCollection(UnaryOperator<NDArray> link)
      throws InterruptedException {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.ones(new Shape(4));
      x.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray y = x;
        for (int i = 0; i < LINKS; i++) {
          y = link.apply(y);
        }
        NDArray sum = y.sum();
        List<ByteBuffer> poison = collectAndPoison();
        collector.backward(sum);
        assertThat(poison).isNotEmpty();
      }
      return x.getGradient().toFloatArray();
    }
  }

  /** Collects until direct buffers stop going away, then takes the memory they leave. */
  private static List<ByteBuffer> collectAndPoison() throws InterruptedException {
    long before;
    do {
      before = directBuffers();
      System.gc();
      Thread.sleep(20); // the JVM's reference handler frees them on a thread of its own
    } while (directBuffers() < before);
    List<ByteBuffer> poison = new ArrayList<>();
    for (int i = 0; i < 20 * LINKS; i++) {
      poison.add(
          ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder()).putFloat(0, 1e30f));
    }
    return poison;
  }

  private static long directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }
}
