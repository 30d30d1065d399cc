package io.varve.model;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import io.varve.model.weights.Weights;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelErrorsTest {
  private static final Space REAL = Space.real(new Shape(2));
  private static final Space BINARY = new Space(new Shape(2), 2);
  private static final String MLP = "network: {type: mlp, hidden: []}";
  private static final String Z =
      "- {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [x], " + MLP + "}}\n";
  private static final String X = "- {observed: x, p: {type: normal, given: [z], " + MLP + "}}\n";

  private static void refusedModel(Space x, String nodes, String message) {
    refused(() -> Kit.model(x, nodes, List.of(Probe.class)), message);
  }

  @Test
  void refusesNames() {
    refusedModel(REAL, Z + Z + X, "two variables are named 'z'; give each its own name");
    refusedModel(
        REAL,
        Z.replace("latent: z", "latent: z(1)") + X,
        "'z(1)' cannot name a variable; use letters, digits, '_' and '-', a letter first");
    refusedModel(
        REAL,
        Z.replace("latent: z", "latent: data") + X,
        "a variable cannot be named 'data', as the noise of the data is; take another name");
    refusedModel(REAL, Z, "a model has exactly one observed variable, this one has []");
    refusedModel(
        REAL,
        Z + X + X.replace("observed: x", "observed: x2"),
        "a model has exactly one observed variable, this one has [x, x2]");
    refusedModel(
        REAL,
        Z + X.replace("[z]", "[zz]"),
        "x.p: 'given' names 'zz', which is no variable of this model; it has [z, p(z), x, p(x)]."
            + " Did you mean 'z'?");
    refusedModel(
        REAL,
        Z + "- {observed: x, p: {type: normal, flow: [{given: [q(z)], bijector: rank1-affine}]}}",
        "x.p.flow[0]: 'given' names 'q(z)', which is no variable of this model; it has [z, p(z),"
            + " x, p(x)]. Did you mean 'p(z)'?");
  }

  @Test
  void refusesFamiliesOutOfPlace() {
    refusedModel(
        BINARY,
        "- {latent: z, shape: [2], p: bernoulli, q: normal}\n" + X,
        "z.p: 'bernoulli' is a family over data, not over latents");
    refusedModel(
        BINARY,
        "- {latent: z, shape: [2], p: normal, q: bernoulli}\n" + X,
        "z.q: 'bernoulli' is a family over data, not over latents");
    refusedModel(
        REAL,
        "- {latent: z, shape: [2], p: normal, q: mixture}\n" + X,
        "z.q: the draws of 'mixture' pass no gradient; it serves as p only");
    refusedModel(
        REAL,
        Z + "- {observed: x, p: standard-normal}",
        "x.p: 'standard-normal' is a family over latents, not over data");
    refusedModel(
        REAL,
        Z + "- {observed: x, p: bernoulli}",
        "x.p: 'bernoulli' needs a variable of 2 levels, but this one has real values; binarize the"
            + " data or use another likelihood");
    refusedModel(
        BINARY,
        Z + "- {observed: x, p: {type: bernoulli, flow: [{bijector: rank1-affine}]}}",
        "x.p: a flow needs real numbers, but 'x' has 2 levels; dequantize the data or leave out"
            + " the 'flow'");
    refusedModel(
        REAL,
        Z + "- {observed: x, p: {type: normal, given: [z]}}",
        "x.p: 'given' is [z] but there is no 'network' to read it; add one");
    refusedModel(
        REAL,
        Z + "- {observed: x, p: {type: normal, " + MLP + "}}",
        "x.p.network: 'mlp' needs at least one input and one output, but has 0 and 2; name what"
            + " it reads in 'given', or leave the network out for learned constants");
    refusedModel(
        REAL,
        "- {latent: z, shape: [2, 2], p: {type: standard-normal, flow: [{bijector:"
            + " rank1-affine}]}, q: normal}\n"
            + X,
        "z.p.flow[0]: 'rank1-affine' maps events [D], but this one has the shape (2, 2)");
  }

  @Test
  void refusesDerivedVariablesWithoutABound() {
    String y = "- {derived: y, of: %s, by: {type: quantize, bits: 1}, p: bernoulli}\n";
    refusedModel(
        REAL,
        Z + y.formatted("x") + X,
        "y: a variable derived from the continuous 'x' has no bound; derive from data with levels");
    String data = "- {observed: x, p: bernoulli}";
    for (String of : List.of("z", "y", "w")) {
      refusedModel(
          BINARY,
          Z + y.formatted(of) + data,
          "y: 'of' is '%s', which is no data variable that leads to the observed 'x'"
              .formatted(of));
    }
    refusedModel(
        new Space(new Shape(2), 1),
        Z + y.formatted("x") + data,
        "y.by: 'quantize' to 1 bits needs a variable of at least 2 levels, but this one has 1");
  }

  @Test
  void namesThePathOfACycle() {
    String inference =
        """
        - {latent: a, shape: [1], p: standard-normal, q: {type: normal, given: [f], %1$s}}
        - {feature: f, shape: [1], given: [x, b], %1$s}
        - {latent: b, shape: [1], p: standard-normal, q: {type: normal, given: [a], %1$s}}
        - {observed: x, p: {type: normal, given: [a], %1$s}}
        """
            .formatted(MLP);
    refusedModel(
        REAL,
        inference,
        "the variables a -> f -> b -> a need each other in inference; break the cycle in their"
            + " 'given'");
    refusedModel(
        REAL,
        Z.replace("p: standard-normal", "p: {type: normal, given: [x], " + MLP + "}") + X,
        "the variables z -> x -> z need each other in generation; break the cycle in their"
            + " 'given'");
    refusedModel(
        REAL,
        Z.replace("p: standard-normal", "p: {type: normal, given: [p(z)], " + MLP + "}") + X,
        "the variables p(z) -> p(z) need each other in generation; break the cycle in their"
            + " 'given'");
    refusedModel(
        REAL,
        "- {latent: z, shape: [2], p: normal, q: normal, shared: [{given: [z], bijector:"
            + " {type: rank1-affine, "
            + MLP
            + "}}]}\n"
            + X,
        "the variables z -> z need each other in inference; break the cycle in their 'given'");
  }

  private static void refusedWeights(Space x, String nodes, String message) {
    try (NDManager manager = NDManager.newBaseManager()) {
      Model model = Kit.model(x, nodes, List.of(Probe.class, Fixed.class));
      refused(() -> Weights.initialize(model, manager), message);
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }

  /** A linear layer to 3 outputs, whatever is asked of it, on inputs of 5. */
  @Named("fixed")
  record Fixed() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      Block block = Linear.builder().setUnits(3).build();
      block.initialize(
          NDManager.newBaseManager(), ai.djl.ndarray.types.DataType.FLOAT32, new Shape(1, 5));
      return block;
    }
  }

  @Test
  void namesANetworkThatDoesNotFit() {
    String probe = "network: {type: probe, wrong: true}";
    refusedWeights(
        REAL,
        Z.replace(MLP, probe) + X,
        "z.q.network: 'probe' (the class path): returned [(2, 2, 7), (2, 2, 7)] where [(2), (2)]"
            + " are needed after the batch axis; the plug-in is at fault");
    refusedWeights(
        REAL,
        "- {feature: h, shape: [3], given: [x], " + probe + "}\n" + Z.replace("[x]", "[h]") + X,
        "h.network: 'probe' (the class path): returned [(2, 3, 7)] where [(3)] are needed after"
            + " the batch axis; the plug-in is at fault");
    assertThatThrownBy(
            () ->
                refusedWeights(
                    REAL, Z.replace(MLP, "network: fixed") + X, "anything but this text"))
        .hasMessageContaining(
            "z.q.network: 'fixed' (the class path): cannot run on inputs [(2, 2)]: ")
        .hasMessageContaining("mat1 and mat2 shapes cannot be multiplied");
  }

  @Test
  void namesAParameterThatNothingUses() {
    refusedWeights(
        REAL,
        "- {feature: h, shape: [3], given: [x], " + MLP + "}\n" + Z + X,
        "h.network.output.weight: nothing uses this parameter; remove its node or let another read"
            + " it");
    refusedWeights(
        BINARY,
        "- {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [x], network:"
            + " probe}}\n- {observed: x, p: {type: bernoulli, given: [z], network: probe}}",
        "the model has no trainable parameter");
  }
}
