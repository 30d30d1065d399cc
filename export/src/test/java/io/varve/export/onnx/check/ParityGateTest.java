package io.varve.export.onnx.check;

import static io.varve.export.onnx.Exports.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.Exports;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.record.Traced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParityGateTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void measuresAgainstTheLargestElement() {
    assertThat(distance(new double[] {1, 2.5}, new double[] {1, 2})).isEqualTo(0.25);
    assertThat(distance(new double[] {0.1}, new double[] {0})).isEqualTo(0.1);
    assertThat(distance(new double[] {}, new double[] {})).isZero();
  }

  @Test
  void wantsInfinitiesAndNansInPlace() {
    assertThat(distance(new double[] {NAN, INFINITY}, new double[] {NAN, INFINITY})).isZero();
    assertThat(distance(new double[] {NAN}, new double[] {1})).isInfinite();
    assertThat(distance(new double[] {1}, new double[] {NAN})).isInfinite();
    assertThat(distance(new double[] {INFINITY}, new double[] {-INFINITY})).isInfinite();
    assertThat(distance(new double[] {INFINITY}, new double[] {NAN})).isInfinite();
  }

  private static double distance(double[] found, double[] expected) {
    return Distances.largest(found, expected, Distances.scale(expected));
  }

  /** One of a thousand elements one grid step off: a tie for a draw, an error for anything else. */
  @Test
  void forgivesTiesOnAverageAlone() {
    double[] expected = new double[1000];
    Arrays.fill(expected, 255);
    double[] tied = expected.clone();
    tied[7] = 254;
    assertThat(distance(tied, expected)).isEqualTo(1 / 255.0);
    assertThat(Distances.mean(tied, expected, 255)).isEqualTo(1 / 255e3, within(1e-12));
    tied[8] = NAN;
    assertThat(Distances.mean(tied, expected, 255)).isInfinite();
    assertThat(Distances.mean(new double[] {}, new double[] {}, 1)).isZero();
  }

  @Test
  void keepsWhatItCompared() {
    ParityGate parity = Exports.parity(Exports.of(x -> x.add(1)));
    assertThat(parity.results()).extracting(ParityGate.Result::batch).containsExactly(1L, 2L, 32L);
    assertThat(parity.results()).allMatch(r -> r.output().equals("y") && r.error() == 0);
    ParityGate.Vectors last = parity.vectors().get(2);
    assertThat(last.inputs().get(0).shape()).containsExactly(32, 6, 4);
    float x =
        last.inputs().get(0).data().duplicate().order(java.nio.ByteOrder.nativeOrder()).getFloat(0);
    float y =
        last.outputs()
            .get(0)
            .data()
            .duplicate()
            .order(java.nio.ByteOrder.nativeOrder())
            .getFloat(0);
    assertThat(y).isEqualTo(x + 1);
  }

  /** 1 as the difference of numbers of which one is 1e-4 off: all wrong, or 1e-4 of its terms. */
  @Test
  void measuresADifferenceAgainstItsTerms(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("net.onnx");
    Files.write(file, Exports.export(difference(1 + 1e-4f, false)).toBytes());
    try (NDManager manager = NDManager.newBaseManager()) {
      ParityGate plain = OnnxExporter.of(difference(1, false)).check(file, manager);
      assertThat(plain.worst()).isGreaterThan(0.5);
      ParityGate scaled = OnnxExporter.of(difference(1, true)).check(file, manager);
      assertThat(scaled.worst()).isBetween(2e-5, 2e-4);
      assertThat(scaled.vectors().get(0).scales()).extracting(e -> e.name()).containsExactly("y");
    }
  }

  private static Traced difference(float factor, boolean told) {
    return trace -> {
      NDArray a = normal(trace, "x", new Shape(4)).abs().add(1).mul(1e4f);
      NDArray b = a.sub(1);
      NDArray other = a.mul(factor);
      if (told) {
        trace.terms("y", new NDList(other, b));
      }
      return Map.of("y", other.sub(b));
    };
  }

  @Test
  void failsOnAGraphOfOtherCode(@TempDir Path folder) throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      Path file = folder.resolve("net.onnx");
      Files.write(file, Exports.export(Exports.of(x -> x.mul(2))).toBytes());
      ParityGate parity = OnnxExporter.of(Exports.of(x -> x.mul(2.001))).check(file, manager);
      assertThat(parity.worst()).isBetween(1e-4, 2e-3);
      assertThat(parity.require(0.01)).isSameAs(parity);
      assertThatThrownBy(() -> parity.require(1e-5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("output 'y'", "at batch", "expected at most 1.00e-05");
      Files.write(file, new byte[] {1, 2, 3});
      assertThatThrownBy(() -> OnnxExporter.of(Exports.of(x -> x)).check(file, manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("net.onnx: cannot be opened by ONNX Runtime");
    }
  }

  @Test
  void copiesInputsBeforeTheCodeCanChangeThem() {
    Traced code = trace -> Map.of("y", normal(trace, "x", new Shape(4)).addi(1));
    assertThat(Exports.parity(code).worst()).isZero();
  }
}
