package io.varve.conformance.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import io.varve.conformance.Verdicts;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Subject;
import io.varve.likelihoods.Bernoulli;
import io.varve.model.plugin.Catalog;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Likelihood;
import io.varve.spi.Mapped;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import io.varve.transforms.Quantize;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRulesTest {
  private static void run(Subject subject) {
    try (Probes probes = (Probes) Verdicts.fixture(subject)) {
      new ModelRules(probes).x13_worksInAModel();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "io.varve.spi.Prior, io.varve.priors.Mixture",
    "io.varve.spi.Likelihood, io.varve.priors.Normal",
    "io.varve.spi.Bijector, io.varve.bijectors.Inverse"
  })
  void putsEveryKindToUse(Class<? extends Component> point, Class<?> type) {
    run(Verdicts.subjects(point, type).get(0));
  }

  /** A logit is no map of latents, but ends a flow of data in (0, 1). */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void putsMapsOfTheUnitIntervalBeforeTheData(boolean logit) {
    Bijector bijector = (site, event, context) -> new Squash(logit);
    Catalog catalog = Verdicts.subjects(Likelihood.class, Bernoulli.class).get(0).catalog();
    run(new Subject("test", "bijector", "squash", bijector, "{}", catalog));
  }

  /** log(x / (1 - x)), or its inverse. */
  private record Squash(boolean logit) implements Bijection {
    @Override
    public Mapped forward(Pass pass, NDArray x, NDList context) {
      return logit ? logit(x) : sigmoid(x);
    }

    @Override
    public Mapped inverse(Pass pass, NDArray y, NDList context) {
      return logit ? sigmoid(y) : logit(y);
    }

    private static Mapped logit(NDArray x) {
      NDArray log = x.log();
      NDArray rest = Ops.constant(x, 1).sub(x).log();
      return new Mapped(log.sub(rest), Ops.sumEvent(log.add(rest).neg()));
    }

    private static Mapped sigmoid(NDArray y) {
      NDArray logDet = Ops.softplus(y).add(Ops.softplus(y.neg())).neg();
      return new Mapped(Activation.sigmoid(y), Ops.sumEvent(logDet));
    }
  }

  @Test
  void leavesNoArrayBehind() {
    Subject subject = Verdicts.subjects(Likelihood.class, Bernoulli.class).get(0);
    try (NDManager manager = SeededRows.manager()) {
      NDManager root = manager.getParentManager();
      run(subject);
      int before = root.getManagedArrays().size();
      run(subject);
      assertThat(root.getManagedArrays()).hasSize(before);
    }
  }

  /** Without the bundled parts there is no model, and so nothing to say. */
  @Test
  void saysWhichPartIsMissing() {
    Catalog lone = Catalog.of(List.of(Quantize.class, Normal.class, StandardNormal.class));
    Subject subject =
        new Subject("test", "transform", "quantize", new Quantize(1), "{bits: 1}", lone);
    assertThatThrownBy(() -> run(subject))
        .isInstanceOf(NotApplicable.class)
        .hasMessage(
            "there is no network 'mlp' at hand to build a model with; put the bundled plug-ins"
                + " beside it");
  }

  @Test
  void findsABoundThatIsNone() {
    UnaryOperator<NDArray> log = logProb -> logProb.mul(Ops.constant(logProb, Double.NaN));
    assertThat(breach(log, x -> x)).isEqualTo("bound: log_p.x is not finite");
  }

  @Test
  void findsDrawsOffTheGrid() {
    UnaryOperator<NDArray> shifted = x -> x.add(Ops.constant(x, 0.5));
    assertThat(breach(logProb -> logProb, shifted))
        .matches("generate \\[\\]: x: value 0 of row 0 is [01]\\.5, expected one of 0\\.\\.1");
  }

  @Test
  void findsAGraphThatDisagrees() {
    UnaryOperator<NDArray> branching =
        logProb -> logProb.getShape().get(0) > 8 ? logProb.zerosLike() : logProb;
    assertThat(breach(branching, x -> x))
        .startsWith("graph 'bound': output ")
        .contains("ONNX Runtime differs from DJL", "at batch ");
  }

  @Test
  void findsGradientsThatStop() {
    assertThat(breach(NDArray::stopGradient, x -> x))
        .isEqualTo(
            "no gradient reaches x.p.network.hidden0.weight, though the bound depends on it");
  }

  @Test
  void findsAComponentThatNoModelTakes() {
    Bijector none =
        (site, event, context) -> {
          throw new IllegalArgumentException("maps nothing");
        };
    Catalog catalog = Verdicts.subjects(Likelihood.class, Bernoulli.class).get(0).catalog();
    assertThatThrownBy(() -> run(new Subject("test", "bijector", "none", none, "{}", catalog)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("no small model takes it: z1.p.flow[0]: maps nothing");
  }

  private static Subject with(Subject subject, Likelihood likelihood) {
    return new Subject("test", "likelihood", "altered", likelihood, "{}", subject.catalog());
  }

  private static String breach(UnaryOperator<NDArray> logProb, UnaryOperator<NDArray> value) {
    Subject bernoulli = Verdicts.subjects(Likelihood.class, Bernoulli.class).get(0);
    Likelihood altered = new Altered(logProb, value);
    try {
      run(with(bernoulli, altered));
      return "none";
    } catch (AssertionError e) {
      return e.getMessage();
    }
  }

  /** Bits whose log-densities and draws are changed. */
  private record Altered(UnaryOperator<NDArray> logProb, UnaryOperator<NDArray> value)
      implements Likelihood {
    private static final Bernoulli BITS = new Bernoulli();

    @Override
    public List<Parameters> parameters(Space event) {
      return BITS.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      Distribution bits = BITS.of(pass, event, parameters);
      return new Distribution() {
        @Override
        public Draw draw() {
          Draw draw = bits.draw();
          return new Draw(value.apply(draw.value()), draw.logProb());
        }

        @Override
        public NDArray logProb(NDArray x) {
          return logProb.apply(bits.logProb(x));
        }

        @Override
        public NDArray mode() {
          return bits.mode();
        }
      };
    }
  }
}
