package io.varve.likelihoods;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BernoulliTest {
  private static final Space EVENT = new Space(new Shape(1, 2), 2);
  private static final Bernoulli FAMILY = new Bernoulli();

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void massesSumToOneAtEveryLogit() {
    float[] logits = {-3e38f, -1e4f, -30, -1, 0, 0.1f, 17, 50, 1e6f, 3e38f};
    NDArray parameter = manager.create(logits).reshape(10, 1, 1);
    Distribution each = at(10, new Space(new Shape(1, 1), 2), parameter);
    double[] zero = doubles(each.logProb(manager.zeros(new Shape(10, 1, 1))));
    double[] one = doubles(each.logProb(manager.ones(new Shape(10, 1, 1))));
    for (int i = 0; i < logits.length; i++) {
      assertThat(Math.exp(zero[i]) + Math.exp(one[i])).isCloseTo(1, within(1e-6));
      double expected = -Math.max(0, -logits[i]) - Math.log1p(Math.exp(-Math.abs(logits[i])));
      assertThat(one[i]).isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-9));
    }
  }

  @Test
  void drawsAreOnesAsOftenAsTheirMass() {
    int count = 20_000;
    NDArray u = manager.arange(count).toType(DataType.FLOAT64, false);
    NDArray middle = u.add(manager.create(0.5)).div(manager.create((double) count));
    for (double logit : new double[] {-3, 0, 0.7, 30}) {
      Distribution bits =
          FAMILY.of(
              TestPass.uniform(manager, middle),
              new Space(new Shape(), 2),
              new NDList(manager.create(new double[] {logit})));
      double expected = 1 / (1 + Math.exp(-logit));
      assertThat(bits.draw().value().mean().getDouble()).isCloseTo(expected, within(1.0 / count));
    }
  }

  @Test
  void drawsComeWithTheirOwnLogProb() {
    for (int batch : new int[] {1, 5}) {
      Distribution bits = at(5, EVENT, values(manager, 3, batch, 1, 2));
      Draw draw = bits.draw();
      assertThat(draw.value().getShape()).isEqualTo(new Shape(5, 1, 2));
      assertThat(doubles(draw.logProb())).isEqualTo(doubles(bits.logProb(draw.value())));
      assertThat(bits.mode().getShape()).isEqualTo(new Shape(batch, 1, 2));
      assertThat(bits.mean().getShape()).isEqualTo(new Shape(batch, 1, 2));
    }
  }

  @Test
  void modeIsLikelyAndMeanIsTheMassOfOne() {
    Distribution bits = at(1, EVENT, manager.create(new double[] {-2, 3}).reshape(1, 1, 2));
    assertThat(doubles(bits.mode())).containsExactly(0, 1);
    assertThat(doubles(bits.mean()))
        .containsExactly(
            new double[] {1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-3))}, within(1e-12));
  }

  @Test
  void valuesOffTheGridScoreMinusInfinity() {
    NDArray value = manager.create(new float[] {0, 1, 0, 0.5f, -1, 1, 2, 1}).reshape(4, 1, 2);
    double[] logProb = doubles(at(4, EVENT, manager.zeros(new Shape(4, 1, 2))).logProb(value));
    assertThat(logProb[0]).isCloseTo(-2 * Math.log(2), within(1e-6));
    assertThat(logProb).endsWith(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
    assertThat(logProb[1]).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void gradientsAreThoseOfTheMasses() {
    NDArray logits = values(manager, 3, 4, 1, 2);
    NDArray value = manager.create(new double[] {0, 1, 0, 0, 1, 1, 1, 0}).reshape(4, 1, 2);
    UnaryOperator<NDArray> logProb = l -> at(4, EVENT, l).logProb(value);
    assertThat(gradient(logProb, logits))
        .containsExactly(differences(logProb, logits), within(DIFFERENCE));
  }

  @Test
  void rowsAreIndependent() {
    NDArray logits = values(manager, 3, 6, 1, 2);
    NDArray value = logits.gt(manager.create(0.3)).toType(DataType.FLOAT64, false);
    double[] all = doubles(at(6, EVENT, logits).logProb(value));
    assertThat(doubles(at(2, EVENT, logits.get("2:4")).logProb(value.get("2:4"))))
        .containsExactly(all[2], all[3]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void refusesWhatIsNotBinary(int levels) {
    assertThatThrownBy(() -> FAMILY.parameters(new Space(new Shape(2), levels)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 levels")
        .hasMessageContaining(levels == 0 ? "real values" : "256 levels");
  }

  private Distribution at(int batch, Space event, NDArray logits) {
    return FAMILY.of(
        TestPass.of(manager, batch, logits.getDataType(), 4), event, new NDList(logits));
  }
}
