package io.varve.priors;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.rows;
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
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private static final Space EVENT = Space.real(new Shape(2));
  private static final Mixture FAMILY = new Mixture(3);

  /** Rounding of double-precision sums of a few terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

  private static final int SAMPLES = 100_000;

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
  void logProbIsTheDensity() {
    NDList parameters = parameters(4);
    NDArray value = values(manager, 9, 4, 2);
    double[] logits = doubles(parameters.get(0));
    double[] loc = doubles(parameters.get(1));
    double[] logVariance = doubles(parameters.get(2));
    double[] x = doubles(value);
    double[] expected = new double[4];
    for (int b = 0; b < 4; b++) {
      double weights = 0;
      double density = 0;
      for (int k = 0; k < 3; k++) {
        double joint = Math.exp(logits[3 * b + k]);
        weights += joint;
        for (int d = 0; d < 2; d++) {
          int i = (3 * b + k) * 2 + d;
          double variance = Math.exp(logVariance[i]);
          double distance = x[2 * b + d] - loc[i];
          joint *= Math.exp(-distance * distance / (2 * variance));
          joint /= Math.sqrt(2 * Math.PI * variance);
        }
        density += joint;
      }
      expected[b] = Math.log(density / weights);
    }
    assertThat(doubles(at(4, parameters).logProb(value)))
        .containsExactly(expected, within(ROUNDING));
  }

  @Test
  void oneComponentIsANormal() {
    NDList normal = new NDList(values(manager, 1, 4, 2), values(manager, 2, 4, 2));
    NDList one = new NDList(values(manager, 3, 4, 1));
    normal.forEach(p -> one.add(p.expandDims(1)));
    NDArray value = values(manager, 9, 4, 2);
    Pass pass = TestPass.of(manager, 4, DataType.FLOAT64, 1);
    Distribution expected = new Normal(Normal.Scale.EXP).of(pass, EVENT, normal);
    Distribution mixture = new Mixture(1).of(pass, EVENT, one);
    assertThat(doubles(mixture.logProb(value)))
        .containsExactly(doubles(expected.logProb(value)), within(ROUNDING));
    assertThat(doubles(mixture.mode())).containsExactly(doubles(expected.mode()));
    assertThat(mixture.draw().value().getShape()).isEqualTo(new Shape(4, 2));
  }

  @Test
  void drawsTheComponentsByTheirWeights() {
    NDArray logits = manager.create(new double[] {1, 0, 2}).expandDims(0);
    NDArray loc = manager.create(new double[] {-100, -100, 0, 0, 100, 100}).reshape(1, 3, 2);
    NDList parameters = new NDList(logits, loc, loc.zerosLike());
    Draw draw = at(SAMPLES, parameters).draw();
    double[] x = doubles(draw.value().get(":,0"));
    double[] weights = doubles(logits.softmax(1));
    double[] counts = new double[3];
    double squares = 0;
    for (double each : x) {
      long component = Math.round(each / 100);
      counts[(int) component + 1]++;
      squares += Math.pow(each - 100 * component, 2);
    }
    for (int k = 0; k < 3; k++) {
      double error = 5 * Math.sqrt(weights[k] * (1 - weights[k]) / SAMPLES);
      assertThat(counts[k] / SAMPLES).isCloseTo(weights[k], within(error));
    }
    assertThat(squares / SAMPLES).isCloseTo(1, within(5 * Math.sqrt(2.0 / SAMPLES)));
  }

  @Test
  void drawsComeWithTheirOwnLogProb() {
    for (int batch : new int[] {1, 5}) {
      Distribution distribution = at(5, parameters(batch));
      Draw draw = distribution.draw();
      assertThat(draw.value().getShape()).isEqualTo(new Shape(5, 2));
      assertThat(doubles(draw.logProb())).isEqualTo(doubles(distribution.logProb(draw.value())));
      assertThat(distribution.mode().getShape()).isEqualTo(new Shape(batch, 2));
      assertThat(distribution.mean().getShape()).isEqualTo(new Shape(batch, 2));
    }
  }

  @Test
  void modeIsTheStrongestAndMeanTheWeightedLocation() {
    NDArray logits = manager.create(new double[] {0, Math.log(3), 0}).expandDims(0);
    NDArray loc = manager.create(new double[] {1, 2, 3, 4, 5, 6}).reshape(1, 3, 2);
    Distribution distribution = at(1, new NDList(logits, loc, loc));
    assertThat(doubles(distribution.mode())).containsExactly(3, 4);
    assertThat(doubles(distribution.mean()))
        .containsExactly(new double[] {0.2 * 1 + 0.6 * 3 + 0.2 * 5, 4}, within(ROUNDING));
  }

  @Test
  void gradientsAreThoseOfTheDensity() {
    NDList parameters = parameters(2);
    NDArray value = values(manager, 6, 2, 2);
    for (int i = 0; i < 3; i++) {
      int which = i;
      UnaryOperator<NDArray> logProb =
          p -> {
            NDList changed = new NDList(parameters);
            changed.set(which, p);
            return at(2, changed).logProb(value);
          };
      NDArray p = parameters.get(which);
      assertThat(gradient(logProb, p)).containsExactly(differences(logProb, p), within(DIFFERENCE));
    }
    UnaryOperator<NDArray> logProb = at(2, parameters)::logProb;
    assertThat(gradient(logProb, value))
        .containsExactly(differences(logProb, value), within(DIFFERENCE));
  }

  @Test
  void rowsAreIndependent() {
    NDList parameters = parameters(6);
    NDArray value = values(manager, 6, 6, 2);
    double[] all = doubles(at(6, parameters).logProb(value));
    assertThat(doubles(at(6, rows(parameters, 2, 4)).logProb(value.get("2:4"))))
        .containsExactly(all[2], all[3]);
  }

  @Test
  void farValuesScoreFiniteLogProbs() {
    NDArray far = manager.create(new double[] {1e6, -1e6}).expandDims(0);
    assertThat(doubles(at(1, parameters(1)).logProb(far))[0]).isFinite().isLessThan(-1e9);
  }

  @Test
  void learnedConstantsDoNotStartSymmetric() {
    Parameters loc = FAMILY.parameters(EVENT).get(1);
    NDArray start = loc.start().initialize(manager, new Shape(1000), DataType.FLOAT32);
    assertThat(start.square().mean().getFloat()).isCloseTo(1, within(0.25f)); // 5 standard errors
  }

  @Test
  void servesAsPriorOnlyAndRefusesNoComponents() {
    assertThat(FAMILY.reparameterised()).isFalse();
    assertThatThrownBy(() -> new Mixture(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a mixture has at least 1 component, not 0");
  }

  private Distribution at(int batch, NDList parameters) {
    return FAMILY.of(TestPass.of(manager, batch, DataType.FLOAT64, 2), EVENT, parameters);
  }

  private NDList parameters(int batch) {
    return new NDList(
        values(manager, 1, batch, 3),
        values(manager, 2, batch, 3, 2),
        values(manager, 3, batch, 3, 2));
  }
}
