package io.varve.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import io.varve.model.yaml.YamlText;
import io.varve.training.engine.Devices;
import io.varve.training.optimizer.Optimizer.Adam;
import io.varve.training.optimizer.Optimizer.Adamax;
import io.varve.training.optimizer.Training;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExperimentTest {
  private static final Path MODELS = Path.of("../../conformance-tests/models");

  @ParameterizedTest
  @ValueSource(strings = {"vae-mlp-mnist.yaml", "tiny-vae-mlp-mnist.yaml"})
  void modelFilesBind(String name) {
    Experiment experiment = Experiment.of(YamlText.read(MODELS.resolve(name)), Small.CATALOG);
    assertThat(name).isEqualTo(experiment.name() + ".yaml");
    experiment.build(new Shape(1, 28, 28));
  }

  @Test
  void fillsInWhatIsLeftOut() {
    Training training = Small.experiment("training={epochs: 3, batch: 8}").training();
    assertThat(training.optimizer()).isEqualTo(new Adam(0.9, 0.999, 1e-8));
    assertThat(training.rate().at(new io.varve.spi.Progress(0, 0))).isEqualTo(1e-3);
    assertThat(training.ema()).isEmpty();
    assertThat(training.clipNorm()).isEmpty();
    assertThat(Small.experiment().export()).containsExactly("bound", "modes");
    assertThat(
            Small.experiment("training.optimizer={type: adamax, epsilon: 1e-7}")
                .training()
                .optimizer())
        .isEqualTo(new Adamax(0.9, 0.999, 1e-7));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          training.epochs=0 | 'epochs' must be at least 1
          training.batch=-1 | 'batch' must be at least 1
          training.clip-norm=0 | 'clip-norm' must be above 0
          training.ema=1 | 'ema' must lie in (0, 1)
          training.l2=-1 | 'l2' must be at least 0
          training.checkpoint-every=5m | such as 500, or seconds, such as 300s
          training.optimizer=sgd | no optimizer is named 'sgd'
          training.optimizer={type: adam, beta1: 1} | 'beta1' must lie in [0, 1)
          training.optimizer={type: adam, epsilon: 0} | 'epsilon' must be above 0
          training.rate={type: constant, value: -1e-3} | 'rate' must lie in [0, 1.0], but Constant[value=-0.001] gives -0.001
          training.rate={type: constant, value: 1e12} | 'rate' must lie in [0, 1.0]
          objective.beta={type: constant, value: -1} | 'beta' must be at least 0, but Constant[value=-1.0] gives -1.0
          training.rat=1 | Did you mean 'rate'
          data.train-images=0 | 'train-images' must be at least 1
          data.augment=[spin] | no augmentation is named 'spin'
          data.type=mnist | no source is named 'mnist'
          evaluation.importance-samples=-1 | 'importance-samples' must be at least 0
          export=[everything] | 'export' lists 'everything'
          name='' | 'name' must not be empty
          """)
  void saysWhatIsWrong(String override, String problem) {
    assertThatThrownBy(() -> Small.experiment(override))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem)
        .hasMessageNotContaining("\n");
  }

  @Test
  void limitsTheImages() {
    Experiment.Data data = Small.experiment("data.train-images=10", "data.test-images=1000").data();
    assertThat(data.open().train().size()).isEqualTo(10);
    assertThat(data.open().train().memory().orElseThrow().remaining()).isEqualTo(640);
    assertThat(data.open().test().size()).isEqualTo(33);
  }

  @Test
  void namesDevices() {
    assertThat(Devices.of("cpu")).isEqualTo(Device.cpu());
    assertThat(Devices.name(Device.gpu(1))).isEqualTo("cuda:1");
    assertThatThrownBy(() -> Devices.of("cuda:99"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--device cuda:99")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> Devices.of("gpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected auto, cpu, cuda");
  }

  /** Before training, not at the export after it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          carry q | export: 'carry q': 'q' cannot be carried; this model's latent and derived variables are []
          infer | export: 'infer': there is nothing to infer
          infer q | export: 'infer q': 'q' is no data variable to infer from
          infer x | export: 'infer x': 'x' is what images are
          """)
  void refusesGraphsThatTheModelCannotHave(String graph, String problem) {
    Experiment experiment =
        Small.experiment(
            "model={type: graph, nodes: [{observed: x, p: bernoulli}]}", "export=[" + graph + "]");
    assertThatThrownBy(() -> experiment.build(new Shape(1, 8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact generate", "exact carry z", "exact bound", "carry z", "infer"})
  void takesEveryNameThatIsDocumented(String graph) {
    Experiment experiment = Small.experiment("export=[" + graph + "]");
    experiment.build(new Shape(1, 8, 8));
    assertThat(experiment.export()).containsExactly(graph);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exact", "exact modes", "infer x y", "carry", "generates", "bound x"})
  void refusesNamesThatNoGraphHas(String graph) {
    assertThatThrownBy(() -> Small.experiment("export=[" + graph + "]"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'export' lists '" + graph + "'; known are modes, bound");
  }

  @Test
  void refusesFreeBitsOfALatentThatIsNotThere() {
    Experiment experiment = Small.experiment("objective={free-bits: {y: 1}}");
    assertThatThrownBy(() -> experiment.build(new Shape(1, 8, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "objective.free-bits: there is no latent 'y'; this model's latents are [z]");
  }
}
