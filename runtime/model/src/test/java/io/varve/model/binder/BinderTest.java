package io.varve.model.binder;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.varve.hierarchies.Graph;
import io.varve.model.Kit;
import io.varve.networks.Mlp;
import io.varve.networks.layer.Activation;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.spi.Default;
import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Inline;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BinderTest {
  private final Binder binder = Kit.binder();

  enum Colour {
    RED,
    DARK_BLUE
  }

  sealed interface Fruit permits Apple, Pear {}

  @Named("apple")
  record Apple(int grams) implements Fruit {}

  @Named("pear")
  record Pear() implements Fruit {}

  record Size(int width, @Default("3") int height) {}

  record Numbers(int small, long large, double real, boolean flag) {}

  record Words(String text, Colour colour, Path path, Shape shape) {}

  record Lists(List<Integer> row, List<List<String>> table, Optional<Double> someNumber) {}

  record Fruits(Fruit fruit, @Default("pear") Fruit other, @Inline Size size) {}

  record Picky(int even) {
    Picky {
      if (even == 0) {
        throw new IllegalStateException("no zero");
      }
      if (even % 2 != 0) {
        throw new IllegalArgumentException("'even' is odd:\n" + even);
      }
    }
  }

  private <T> T bind(String text, Class<T> type) {
    return binder.bind("m.yaml", text, type);
  }

  @Test
  void bindsNumbersAndFlags() {
    assertThat(bind("{small: -3, large: 5000000000, real: 1e-3, flag: true}", Numbers.class))
        .isEqualTo(new Numbers(-3, 5_000_000_000L, 1e-3, true));
  }

  @Test
  void bindsWords() {
    assertThat(
            bind("{text: '12', colour: dark-blue, path: data/mnist, shape: [3, 8]}", Words.class))
        .isEqualTo(new Words("12", Colour.DARK_BLUE, Path.of("data/mnist"), new Shape(3, 8)));
  }

  @Test
  void bindsListsAndWhatMayBeAbsent() {
    assertThat(bind("{row: [1, 2], table: [[a], []]}", Lists.class))
        .isEqualTo(new Lists(List.of(1, 2), List.of(List.of("a"), List.of()), Optional.empty()));
    assertThat(bind("{row: [], table: [], some-number: 2}", Lists.class).someNumber())
        .contains(2.0);
  }

  @Test
  void bindsChoicesDefaultsAndInlinedRecords() {
    Fruits expected = new Fruits(new Apple(90), new Pear(), new Size(4, 3));
    assertThat(bind("{fruit: {type: apple, grams: 90}, width: 4}", Fruits.class))
        .isEqualTo(expected);
    assertThat(bind("{fruit: pear, other: {type: pear}, width: 4, height: 5}", Fruits.class))
        .isEqualTo(new Fruits(new Pear(), new Pear(), new Size(4, 5)));
  }

  @Test
  void bindsAModel() {
    Graph graph =
        (Graph)
            bind(
                """
                type: graph
                nodes:
                  - latent: z
                    shape: [2]
                    p: standard-normal
                    q:
                      type: normal
                      scale: softplus-elu
                      given: [x]
                      network: {type: mlp, hidden: [8], activation: leaky-relu}
                  - observed: x
                    p: {type: bernoulli, given: [z], network: mlp}
                """,
                Hierarchy.class);
    Node.Latent z = (Node.Latent) graph.nodes().get(0);
    assertThat(z.shape()).isEqualTo(new Shape(2));
    assertThat(z.p())
        .isEqualTo(new Factor(List.of(), new StandardNormal(), Optional.empty(), List.of()));
    assertThat(z.q().family()).isEqualTo(new Normal(Normal.Scale.SOFTPLUS_ELU));
    assertThat(z.q().given()).containsExactly("x");
    Mlp network = (Mlp) z.q().network().orElseThrow();
    assertThat(network.hidden()).containsExactly(8);
    assertThat(network.activation()).isEqualTo(Activation.LEAKY_RELU);
    Factor p = ((Node.Observed) graph.nodes().get(1)).p();
    assertThat(p.network().map(n -> ((Mlp) n).hidden())).contains(List.of(512, 512));
  }

  @Test
  void refusesValuesOfTheWrongType() {
    refused(
        () -> bind("{small: 1.5, large: 1, real: 1, flag: true}", Numbers.class),
        "m.yaml:1: small: expected a whole number below 2^31, found '1.5'");
    refused(
        () -> bind("{small: 1,\nlarge: 1e3, real: 1, flag: true}", Numbers.class),
        "m.yaml:2: large: expected a whole number below 2^63, found '1e3'");
    for (String bad : List.of("two", "1d", "0x1p3", ".inf", "NaN", "1e999", "''")) {
      refused(
          () -> bind("{small: 1, large: 1, real: %s, flag: true}".formatted(bad), Numbers.class),
          "m.yaml:1: real: expected a number, found '%s'".formatted(bad.replace("''", "")));
    }
    refused(
        () -> bind("{small: 1, large: 1, real: [1], flag: true}", Numbers.class),
        "m.yaml:1: real: expected a number, found a list");
    refused(
        () -> bind("{small: 1, large: 1, real: 1, flag: yes}", Numbers.class),
        "m.yaml:1: flag: expected true or false, found 'yes'");
    refused(
        () -> bind("{small: , large: 1, real: 1, flag: true}", Numbers.class),
        "m.yaml:1: small: expected a whole number below 2^31, found nothing");
    refused(() -> bind("[1]", Numbers.class), "m.yaml:1: expected a mapping, found a list");
    refused(
        () -> bind("{row: 1, table: []}", Lists.class),
        "m.yaml:1: row: expected a list, found '1'; write [1]");
    refused(
        () -> bind("{row: '1, 2', table: []}", Lists.class),
        "m.yaml:1: row: expected a list, found '1, 2'; write [1, 2]");
    refused(
        () -> bind("{row: , table: []}", Lists.class),
        "m.yaml:1: row: expected a list, found nothing");
    refused(
        () -> bind("{row: [1, {a: 1}], table: []}", Lists.class),
        "m.yaml:1: row[1]: expected a whole number below 2^31, found a mapping");
  }

  @Test
  void refusesWordsThatDoNotFit() {
    String rest = ", path: a, shape: [1]}";
    refused(
        () -> bind("{text: a, colour: dark-bule" + rest, Words.class),
        "m.yaml:1: colour: expected one of [red, dark-blue], found 'dark-bule'. Did you mean"
            + " 'dark-blue'?");
    refused(
        () -> bind("{text: a, colour: \"x\\ny\"" + rest, Words.class),
        "m.yaml:1: colour: expected one of [red, dark-blue], found 'x\\ny'");
    refused(
        () -> bind("{text: a, colour: red, path: \"a\\0\", shape: [1]}", Words.class),
        "m.yaml:1: path: expected a path, found 'a\0'");
    refused(
        () -> bind("{text: a, colour: red, path: a, shape: [3, 0]}", Words.class),
        "m.yaml:1: shape: an axis must be at least 1, not 0");
    refused(
        () -> bind("{text: a, colour: red, path: a, shape: 3}", Words.class),
        "m.yaml:1: shape: expected a list, found '3'; write [3]");
  }

  @Test
  void refusesKeysThatAreUnknownMissingOrTwice() {
    refused(
        () -> bind("text: a\ncolor: red\n", Words.class),
        "m.yaml:2: there is no key 'color' here; known are [text, colour, path, shape]. Did you"
            + " mean 'colour'?");
    refused(
        () -> bind("{text: a, colour: red, path: a}", Words.class),
        "m.yaml:1: the key 'shape' is missing");
    refused(
        () -> bind("text: a\nshape: [1]\ntext: b\n", Words.class),
        "m.yaml:3: the key 'text' stands here twice; keep one");
    refused(
        () -> bind("{fruit: pear, width: 1, depth: 2}", Fruits.class),
        "m.yaml:1: there is no key 'depth' here; known are [fruit, other, width, height]");
    refused(() -> bind("{fruit: pear}", Fruits.class), "m.yaml:1: the key 'width' is missing");
    refused(
        () -> bind("fruit:\n  type: apple\n  grams: 1\n  colour: red\nwidth: 1", Fruits.class),
        "m.yaml:4: fruit: there is no key 'colour' here; known are [grams]");
  }

  @Test
  void refusesUnknownChoices() {
    refused(
        () -> bind("{fruit: plum, width: 1}", Fruits.class),
        "m.yaml:1: fruit: no fruit is named 'plum'; known are [apple, pear]");
    refused(
        () -> bind("{fruit: {grams: 1}, width: 1}", Fruits.class),
        "m.yaml:1: fruit: 'type' is missing; it names a fruit: [apple, pear]");
    refused(
        () -> bind("{fruit: , width: 1}", Fruits.class),
        "m.yaml:1: fruit: expected a mapping, found nothing");
    refused(
        () -> bind("{type: constnt, value: 1}", Schedule.class),
        "m.yaml:1: no schedule is named 'constnt'; loaded plug-ins provide: [constant, linear]."
            + " Did you mean 'constant'?");
    refused(
        () -> bind("sawtooth", Schedule.class),
        "m.yaml:1: no schedule is named 'sawtooth'; loaded plug-ins provide: [constant, linear]."
            + " Is its JAR in the plug-ins folder?");
  }

  @Test
  void refusesFactorsAndNodesWithTheirPlace() {
    refused(
        () -> bind("{type: normal, netwrk: mlp}", Factor.class),
        "m.yaml:1: there is no key 'netwrk' here; known are [scale, given, network, flow]. Did you"
            + " mean 'network'?");
    refused(
        () -> bind("nodes:\n- latnet: z\n  shape: [1]\n", Graph.class),
        "m.yaml:2: nodes[0]: expected one of the keys [observed, derived, latent, feature], found"
            + " [latnet, shape]. Did you mean 'latent'?");
    refused(
        () -> bind("nodes:\n- latent: z\n  observed: x\n  p: bernoulli\n", Graph.class),
        "m.yaml:2: nodes[0]: there is no key 'latent' here; known are [observed, p]");
    refused(
        () -> bind("nodes:\n- observed: x\n  name: y\n  p: bernoulli\n", Graph.class),
        "m.yaml:3: nodes[0]: there is no key 'name' here; known are [observed, p]");
    refused(
        () ->
            bind(
                "nodes:\n- observed: x\n  p:\n    type: bernoulli\n    flow:\n    - bijector: realnvpp\n",
                Graph.class),
        "m.yaml:6: nodes[0].p.flow[0].bijector: no bijector is named 'realnvpp'; loaded plug-ins"
            + " provide: [inverse, rank1-affine]. Is its JAR in the plug-ins folder?");
  }

  @Test
  void passesOnWhatARecordRefuses() {
    assertThat(bind("even: 2", Picky.class).even()).isEqualTo(2);
    refused(() -> bind("\neven: 3", Picky.class), "m.yaml:2: 'even' is odd:\\n3");
    refused(
        () -> bind("{type: mixture, components: 0}", Factor.class),
        "m.yaml:1: a mixture has at least 1 component, not 0");
    assertThatThrownBy(() -> bind("even: 0", Picky.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "m.yaml:1: io.varve.model.binder.BinderTest$Picky failed: java.lang.IllegalStateException: no"
                + " zero");
  }

  record Broken(@Default("plum") Fruit fruit) {}

  @Test
  void namesADefaultThatDoesNotBind() {
    refused(
        () -> bind("{}", Broken.class),
        "default of fruit:1: fruit: no fruit is named 'plum'; known are [apple, pear]");
  }
}
