package io.varve.model;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.spi.Mapped;
import io.varve.spi.Noise;
import io.varve.spi.Space;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EncodingTest {
  /** Logits of float32 values as near to 0 and 1 as alpha = 0.05 lets them come. */
  private static final double ROUNDING = 2e-5;

  private static final double ALPHA = 0.05;
  private static final String LOGIT = "{dequantize: true, logit: 0.05}";

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(3);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Encoding encoding(String yaml) {
    return Kit.binder().bind("e", yaml, Encoding.class);
  }

  /** Noise of one value throughout. */
  private Noise constant(float uniform, long batch) {
    return new Noise() {
      @Override
      public NDArray normal(Shape event) {
        throw new IllegalStateException("an encoding draws uniform numbers alone");
      }

      @Override
      public NDArray uniform(Shape event) {
        return manager.full(new Shape(batch).addAll(event), uniform);
      }
    };
  }

  /** Images [values, 1, 1, 1]. */
  private NDArray bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    NDArray array = manager.create(new Shape(values.length, 1, 1, 1), DataType.UINT8);
    array.set(bytes);
    return array;
  }

  @Test
  void knowsTheSpaceItLeadsTo() {
    Shape stored = new Shape(1, 4, 4);
    assertThat(encoding("{}").space(stored)).isEqualTo(new Space(stored, 256));
    assertThat(encoding("{binarize: dynamic}").space(stored)).isEqualTo(new Space(stored, 2));
    assertThat(encoding("{binarize: threshold}").space(stored)).isEqualTo(new Space(stored, 2));
    assertThat(encoding(LOGIT).space(stored)).isEqualTo(Space.real(stored));
  }

  @Test
  void refusesCombinationsWithoutMeaning() {
    refused(
        () -> encoding("{binarize: dynamic, dequantize: true}"),
        "e:1: 'binarize' and 'dequantize' exclude each other; keep one of them");
    refused(() -> encoding("{logit: 0.1}"), "e:1: 'logit' needs 'dequantize: true'");
    refused(
        () -> encoding("{dequantize: true, logit: 0.5}"),
        "e:1: 'logit' must lie in (0, 0.5), not 0.5");
  }

  @Test
  void leavesLevelsAsTheyAre() {
    Mapped x = encoding("{}").encode(constant(0.5f, 3), bytes(0, 128, 255));
    assertThat(x.value().toFloatArray()).containsExactly(0, 128, 255);
    assertThat(x.value().getDataType()).isEqualTo(DataType.FLOAT32);
    assertThat(x.logDet().toFloatArray()).containsExactly(0, 0, 0);
    assertThat(encoding("{}").display(x.value()).toFloatArray()).containsExactly(0, 128, 255);
  }

  @Test
  void thresholds() {
    Mapped x = encoding("{binarize: threshold}").encode(constant(0.5f, 4), bytes(0, 127, 128, 255));
    assertThat(x.value().toFloatArray()).containsExactly(0, 0, 1, 1);
    assertThat(encoding("{binarize: threshold}").display(x.value()).toFloatArray())
        .containsExactly(0, 0, 255, 255);
  }

  @Test
  void binarizesWithAPixelsProbability() {
    int draws = 20_000;
    int[] values = {0, 51, 128, 254, 255};
    for (int value : values) {
      NDArray image = manager.full(new Shape(1, 1, 1, draws), value, DataType.UINT8);
      Run run =
          new Run(manager, new ParameterStore(manager, false), true, new EngineNoise(manager, 1));
      NDArray x = encoding("{binarize: dynamic}").encode(run, image).value();
      double p = value / 255.0;
      // four standard errors; none where the outcome is certain
      assertThat(x.mean().getFloat())
          .isCloseTo((float) p, within((float) (4 * Math.sqrt(p * (1 - p) / draws) + 1e-7)));
    }
  }

  @Test
  void keepsBlackAndWhiteWhateverTheNoise() {
    for (float extreme : new float[] {0x1p-25f, 1 - 0x1p-23f}) {
      NDArray x =
          encoding("{binarize: dynamic}").encode(constant(extreme, 2), bytes(0, 255)).value();
      assertThat(x.toFloatArray()).containsExactly(0, 1);
    }
  }

  @Test
  void dequantizes() {
    Mapped x = encoding("{dequantize: true}").encode(constant(0.25f, 3), bytes(0, 100, 255));
    assertThat(x.value().toFloatArray()).containsExactly(0.25f / 256, 100.25f / 256, 255.25f / 256);
    for (double logDet : Kit.doubles(x.logDet())) {
      assertThat(logDet).isCloseTo(-Math.log(256), within(ROUNDING));
    }
    // an image's log-determinant sums its pixels'
    NDArray image = manager.zeros(new Shape(2, 3, 5, 5), DataType.UINT8);
    NDArray logDet = encoding("{dequantize: true}").encode(constant(0.5f, 2), image).logDet();
    assertThat(logDet.getShape()).isEqualTo(new Shape(2));
    assertThat(Kit.mean(logDet)).isCloseTo(-75 * Math.log(256), within(75 * ROUNDING));
  }

  private static double logit(double v) {
    double s = ALPHA + (1 - 2 * ALPHA) * v / 256;
    return Math.log(s / (1 - s));
  }

  @Test
  void takesLogitsWithTheirLogDeterminant() {
    double h = 1e-4;
    for (int value : new int[] {0, 1, 77, 254, 255}) {
      Mapped x = encoding(LOGIT).encode(constant(0.75f, 1), bytes(value));
      double v = value + 0.75;
      assertThat((double) x.value().toFloatArray()[0]).isCloseTo(logit(v), within(ROUNDING));
      double slope = (logit(v + h) - logit(v - h)) / (2 * h); // a numerical derivative
      assertThat((double) x.logDet().toFloatArray()[0])
          .isCloseTo(Math.log(slope), within(ROUNDING));
    }
  }

  /** 768 nats over 3 x 16 x 16 values are 1 / ln 2 bits each, and 256 levels add 8 bits. */
  @Test
  void countsBitsPerStoredValue() {
    Shape stored = new Shape(3, 16, 16);
    NDArray bound = manager.create(new float[] {-768});
    NDArray logDet = manager.create(new float[] {(float) (-768 * Math.log(256))});
    assertThat(encoding("{}").bitsPerDim(bound, logDet, stored).toFloatArray()[0])
        .isCloseTo((float) (1 / Math.log(2) + 8), within(1e-5f));
  }

  @Test
  void displaysWhatItEncoded() {
    for (String yaml : new String[] {"{dequantize: true}", LOGIT}) {
      NDArray x = encoding(yaml).encode(constant(0.5f, 4), bytes(0, 3, 200, 255)).value();
      float[] shown = encoding(yaml).display(x).toFloatArray();
      float[] expected = {0, 3, 200, 255};
      // a logit's rounding in units of pixels, at its flattest: 256 · 1e-7 · 20
      assertThat(shown).containsExactly(expected, within(1e-3f));
    }
  }

  @Test
  void displaysNothingBeyondBlackAndWhite() {
    NDArray x = manager.create(new float[] {-20, 20}, new Shape(2, 1, 1, 1));
    assertThat(encoding(LOGIT).display(x).toFloatArray()).containsExactly(0, 255);
    NDArray v = manager.create(new float[] {-0.5f, 1.5f}, new Shape(2, 1, 1, 1));
    assertThat(encoding("{dequantize: true}").display(v).toFloatArray()).containsExactly(0, 255);
  }
}
