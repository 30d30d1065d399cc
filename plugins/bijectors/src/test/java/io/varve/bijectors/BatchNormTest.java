package io.varve.bijectors;

import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchNormTest {
  private static final Site SITE = new Site("x.flow[0]", 1);
  private static final Shape EVENT = new Shape(2, 2);
  private static final int SIZE = 4;
  private static final int ROWS = 6;
  private static final double DOUBLE = 1e-10;
  private static final double SINGLE = 1e-5;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** With learned numbers and averages away from where they start. */
  private Laws laws(BatchNorm keys, DataType type) {
    Bijection f = keys.build(SITE, EVENT, List.of());
    Laws.initialise(manager, f, type, 0.5);
    f.parameters().get(2).getArray().addi(manager.full(EVENT, 0.7f, type));
    f.parameters().get(3).getArray().addi(manager.full(EVENT, 1.6f, type));
    return new Laws(manager, f, new NDList());
  }

  private Pass training() {
    return new Pass(manager, new ParameterStore(manager, false), true, null);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void invertsWhatItMaps(DataType type) {
    Laws laws = laws(new BatchNorm(0.1, 1e-5), type);
    NDArray x = values(manager, 3, ROWS, 2, 2).toType(type, false);
    laws.undoes(x, type == DataType.FLOAT32 ? SINGLE : DOUBLE);
    laws.keepsRowsApart(x, type == DataType.FLOAT32 ? SINGLE : DOUBLE);
  }

  @Test
  void logDeterminantIsThatOfTheJacobian() {
    Laws laws = laws(new BatchNorm(0.1, 0.5), DataType.FLOAT64);
    laws.hasTheDeterminantOfItsJacobian(values(manager, 3, 1, 2, 2));
    laws.hasGradientsOfItsSlopes(values(manager, 3, 2, 2, 2));
  }

  @Test
  void normalisesABatchInTrainingAndMovesTheAverages() {
    double momentum = 0.25;
    double epsilon = 0.01;
    Laws laws = laws(new BatchNorm(momentum, epsilon), DataType.FLOAT64);
    List<Parameter> parameters = laws.f().parameters();
    double[][] before = new double[4][];
    Arrays.setAll(before, i -> doubles(parameters.get(i).getArray()));
    NDArray x = values(manager, 3, ROWS, 2, 2);
    Mapped mapped = laws.f().inverse(training(), x, new NDList());
    double logDet = 0;
    for (int j = 0; j < SIZE; j++) {
      double mean = 0;
      double variance = 0;
      for (int b = 0; b < ROWS; b++) {
        mean += doubles(x)[b * SIZE + j] / ROWS;
      }
      for (int b = 0; b < ROWS; b++) {
        variance += Math.pow(doubles(x)[b * SIZE + j] - mean, 2) / ROWS;
      }
      double slope = Math.exp(before[0][j]) / Math.sqrt(variance + epsilon);
      for (int b = 0; b < ROWS; b++) {
        double expected = (doubles(x)[b * SIZE + j] - mean) * slope + before[1][j];
        assertThat(doubles(mapped.value())[b * SIZE + j]).isCloseTo(expected, within(DOUBLE));
      }
      logDet += Math.log(slope);
      assertThat(doubles(parameters.get(2).getArray())[j])
          .isCloseTo((1 - momentum) * before[2][j] + momentum * mean, within(DOUBLE));
      assertThat(doubles(parameters.get(3).getArray())[j])
          .isCloseTo((1 - momentum) * before[3][j] + momentum * variance, within(DOUBLE));
    }
    double[] expected = new double[ROWS];
    Arrays.fill(expected, logDet);
    assertThat(doubles(mapped.logDet())).containsExactly(expected, within(DOUBLE));
  }

  @Test
  void drawsByTheAveragesInTrainingToo() {
    Laws laws = laws(new BatchNorm(0.1, 1e-5), DataType.FLOAT64);
    NDArray x = values(manager, 3, ROWS, 2, 2);
    Mapped training = laws.f().forward(training(), x, new NDList());
    assertThat(doubles(training.value())).containsExactly(doubles(laws.forward(x).value()));
  }

  @Test
  void evaluationLeavesTheAverages() {
    Laws laws = laws(new BatchNorm(0.1, 1e-5), DataType.FLOAT64);
    double[] before = doubles(laws.f().parameters().get(2).getArray());
    laws.inverse(values(manager, 3, ROWS, 2, 2));
    assertThat(doubles(laws.f().parameters().get(2).getArray())).containsExactly(before);
  }

  /** Draws and densities in one step of training: averages move between them and the gradient. */
  @Test
  void gradientsSurviveAveragesThatMove() {
    Laws laws = laws(new BatchNorm(0.1, 1e-5), DataType.FLOAT64);
    Parameter scale = laws.f().parameters().get(0);
    scale.getArray().setRequiresGradient(true);
    NDArray x = values(manager, 3, ROWS, 2, 2);
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray drawn = laws.f().forward(training(), x, new NDList()).value();
      Mapped mapped = laws.f().inverse(training(), x, new NDList());
      collector.backward(drawn.square().sum().add(mapped.value().square().sum()));
    }
    assertThat(doubles(scale.getArray().getGradient())).doesNotContain(0.0, Double.NaN);
  }

  @Test
  void refusesKeysItCannotWorkWith() {
    for (double bad : new double[] {0, -1, 1.5, Double.NaN}) {
      assertThatThrownBy(() -> new BatchNorm(bad, 1e-5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("momentum: expected more than 0 and at most 1, got " + bad);
      assertThatThrownBy(() -> new BatchNorm(0.1, bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("epsilon: expected more than 0 and at most 1, got " + bad);
    }
  }
}
