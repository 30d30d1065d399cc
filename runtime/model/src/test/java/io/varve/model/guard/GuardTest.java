package io.varve.model.guard;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Faulty;
import io.varve.model.Faulty.OfHierarchy;
import io.varve.model.Faulty.OfSchedule;
import io.varve.model.JarKit;
import io.varve.model.Kit;
import io.varve.model.Model;
import io.varve.model.binder.Binder;
import io.varve.model.objective.FreeBits;
import io.varve.model.objective.Objective;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.CatalogTest;
import io.varve.model.weights.Weights;
import io.varve.spi.Hierarchy;
import io.varve.spi.Node;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a component does against its contract names the place, the component and its JAR. */
class GuardTest {
  private static final Space BINARY = new Space(new Shape(3), 2);
  private static final Space REAL = Space.real(new Shape(3));
  private static final String BLAME = "; the plug-in is at fault";

  /** Builds the model, and runs it for the first time. */
  private static void refusedModel(Space x, String nodes, String message) {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(
              () -> {
                Model model = Kit.model(x, nodes, Faulty.ALL);
                Weights.initialize(model, manager).close();
              })
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message)
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no space       | space returned null
          empty space    | space returned Space[shape=(0), levels=2], whose axes must be above 0
          shapeless      | space returned Space[shape=null, levels=2], whose axes must be above 0
          throw in space | space threw IndexOutOfBoundsException: axis 7
          null           | apply returned null
          throw          | apply threw UnsupportedOperationException: not
          shape          | apply returned float32 (2, 1, 3) where float32 (2, 3) is due
          type           | apply returned float64 (2, 3) where float32 (2, 3) is due
          rows           | apply returned float32 (1, 3) where float32 (2, 3) is due
          change         | apply changed its argument float32 (2, 3) in place
          """)
  void ofATransform(String does, String what) {
    refusedModel(
        BINARY,
        """
        - {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [x], network: mlp}}
        - {derived: y, of: x, by: {type: faulty, does: '%s'}, p: bernoulli}
        - {observed: x, p: {type: bernoulli, given: [z, y], network: mlp}}
        """
            .formatted(does),
        "y.by: 'faulty' (the class path): " + what + BLAME);
  }

  @Test
  void refusingIsNoFault() {
    assertThatThrownBy(
            () ->
                Kit.model(
                    BINARY,
                    """
                    - {derived: y, of: x, by: {type: faulty, does: refuse}, p: bernoulli}
                    - {observed: x, p: bernoulli}
                    """,
                    Faulty.ALL))
        .hasMessage("y.by: wants three axes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no bijection       | build returned null
          null in parameters | parameters returned a list with null in it
          no mapped          | forward returned null
          null               | forward returned null
          throw              | forward threw UnsupportedOperationException: not
          shape              | forward returned float32 (2, 1, 2) where float32 (2, 2) is due
          type               | forward returned float64 (2, 2) where float32 (2, 2) is due
          rows               | forward returned float32 (1, 2) where float32 (2, 2) is due
          change             | forward changed its argument float32 (2, 2) in place
          log-determinant    | forward's log-determinant returned float32 (2, 2) where float32 (2) is due
          no log-determinant | forward's log-determinant returned null
          """)
  void ofABijector(String does, String what) {
    refusedModel(
        BINARY,
        """
        - latent: z
          shape: [2]
          p: standard-normal
          q: {type: normal, given: [x], network: mlp, flow: [{bijector: {type: faulty, does: '%s'}}]}
        - {observed: x, p: {type: bernoulli, given: [z], network: mlp}}
        """
            .formatted(does),
        "z.q.flow[0]: 'faulty' (the class path): " + what + BLAME);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          parameters | null   | parameters returned null
          parameters | part   | parameters returned [Parameters[shape=(2), start=null]], which lacks a shape or a start
          of         | null   | of returned null
          draw       | null   | draw returned null
          draw       | throw  | draw threw UnsupportedOperationException: not
          draw       | shape  | draw returned float32 (2, 1, 2) where float32 (B, 2) is due
          draw       | type   | draw returned float64 (2, 2) where float32 (B, 2) is due
          draw       | change | draw changed its argument float32 (2, 2) in place
          density    | null   | draw's log-density returned null
          density    | rows   | draw's log-density returned float32 (1) where float32 (2) is due
          density    | type   | draw's log-density returned float64 (2) where float32 (2) is due
          logProb    | null   | logProb returned null
          logProb    | shape  | logProb returned float32 (2, 1) where float32 (2) is due
          logProb    | change | logProb changed its argument float32 (2, 2) in place
          kl         | throw  | kl threw UnsupportedOperationException: not
          kl         | shape  | kl returned float32 (2, 1) where float32 (B) is due
          reparameterised | throw | reparameterised threw IllegalStateException: who knows
          """)
  void ofAFamily(String in, String does, String what) {
    String faulty = "{type: faulty, in: %s, does: '%s'".formatted(in, does);
    String sound = "{type: faulty, in: none, does: nothing";
    boolean ofP = in.equals("logProb"); // q's is never asked
    refusedModel(
        BINARY,
        """
        - latent: z
          shape: [2]
          p: %s}
          q: %s, given: [x], network: mlp}
        - {observed: x, p: {type: bernoulli, given: [z], network: mlp}}
        """
            .formatted(ofP ? faulty : sound, ofP ? sound : faulty),
        (ofP ? "z.p" : "z.q") + ": 'faulty' (the class path): " + what + BLAME);
  }

  @Test
  void ofALikelihood() {
    refusedModel(
        REAL,
        """
        - {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [x], network: mlp}}
        - {observed: x, p: {type: faulty, in: mode, does: shape, given: [z], network: mlp}}
        """,
        "x.p: 'faulty' (the class path): mean returned float32 (2, 1, 3) where float32 (B, 3) is"
            + " due"
            + BLAME);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no block | build returned null
          null     | returned [null] where [(3)] are needed after the batch axis
          throw    | the network threw UnsupportedOperationException: not
          shape    | returned [(2, 1, 3)] where [(3)] are needed after the batch axis
          type     | the network returned float64 (2, 3) where float32 (B, 3) is due
          change   | the network changed its argument float32 (2, 3) in place
          """)
  void ofANetwork(String does, String what) {
    refusedModel(
        BINARY,
        """
        - {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [f], network: mlp}}
        - {feature: f, shape: [3], given: [x], network: {type: faulty, does: '%s'}}
        - {observed: x, p: {type: bernoulli, given: [z], network: mlp}}
        """
            .formatted(does),
        "f.network: 'faulty' (the class path): " + what + BLAME);
  }

  private static void refusedNodes(Hierarchy hierarchy, String what) {
    refused(
        () -> Model.of(hierarchy, BINARY, 1),
        "model: 'io.varve.model.Faulty$OfHierarchy' (the class path): " + what + BLAME);
  }

  @Test
  void ofAHierarchy() {
    refusedNodes(new OfHierarchy(null), "nodes returned null");
    refusedNodes(new OfHierarchy(List.of()), "nodes threw ArithmeticException: 1 / 0");
    refusedNodes(new OfHierarchy(Arrays.asList((Node) null)), "nodes()[0] is null");
    refusedNodes(new OfHierarchy(List.of(new Node.Observed("x", null))), "nodes()[0].p is null");
  }

  @Test
  void ofASchedule() {
    Progress start = new Progress(0, 0);
    String name = "'io.varve.model.Faulty$OfSchedule' (the class path): ";
    refused(
        () -> Schedules.at("rate", new OfSchedule(Double.NaN), start, 1),
        "'rate': "
            + name
            + "at Progress[step=0, epoch=0.0] it is NaN, expected a finite number"
            + BLAME);
    refused(
        () -> Schedules.at("beta", new OfSchedule(1), new Progress(11, 1), 1),
        "'beta': " + name + "at threw ArrayIndexOutOfBoundsException: step 11" + BLAME);
    refused(
        () -> Schedules.at("rate", new OfSchedule(2), new Progress(3, 0.5), 1),
        "'rate' must lie in [0, 1.0], but OfSchedule[value=2.0] gives 2.0 at step 3, epoch 0.5");
    refused(
        () -> new Objective(new OfSchedule(-1), FreeBits.of(new FreeBits.Nats(0)), 1),
        "'beta' must be at least 0, but OfSchedule[value=-1.0] gives -1.0 at step 0, epoch 0.0");
  }

  @Test
  void namesTheJarAndTheAuthorsLine(@TempDir Path folder) throws IOException {
    String source =
        CatalogTest.schedule("Two", "two").replace("return 2;", "return List.<Double>of().get(1);");
    String strict =
        CatalogTest.schedule("Strict", "strict")
            .replace(
                "{\n  public", "{\n  public Strict { Objects.requireNonNull(null); }\n  public");
    JarKit.of("acme", source, strict).write(folder.resolve("my plug-in.jar"));
    try (Catalog catalog = Catalog.open(List.of(folder))) {
      Schedule two = new Binder(catalog).bind("s", "two", Schedule.class);
      refused(
          () -> Schedules.at("rate", two, new Progress(0, 0), 1),
          "'rate': 'two' (my plug-in.jar): at threw ArrayIndexOutOfBoundsException: Index 1 out of"
              + " bounds for length 0 at acme.Two.at(Two.java:14)"
              + BLAME);
      refused(
          () -> new Binder(catalog).bind("m", "rate: strict", Holder.class),
          "m:1: rate: 'strict' (my plug-in.jar): threw NullPointerException at"
              + " acme.Strict.<init>(Strict.java:13)"
              + BLAME);
    }
  }

  record Holder(Schedule rate) {}

  @Test
  void refusesWhatNoMachineHolds() {
    refused(
        () ->
            Kit.model(
                BINARY,
                """
                - {latent: z, shape: [100000000000], p: standard-normal, q: normal}
                - {observed: x, p: bernoulli}
                """),
        "z: an array of shape (100000000000) has 1.00e+11 numbers; expected at most 67,108,864,"
            + " make it smaller");
    refused(
        () ->
            Kit.model(
                BINARY,
                """
                - {feature: f, shape: [9223372036854775807, 4], given: [x], network: mlp}
                - {observed: x, p: {type: bernoulli, given: [f], network: mlp}}
                """),
        "f: an array of shape (9223372036854775807, 4) has 3.69e+19 numbers; expected at most"
            + " 67,108,864, make it smaller");
  }

  @Test
  void refusesParametersThatFillTheMachine() {
    String layers = "network: {type: mlp, hidden: [100000, 2000000000]}";
    try (NDManager manager = NDManager.newBaseManager()) {
      Model model =
          Kit.model(
              BINARY,
              """
              - {latent: z, shape: [2], p: standard-normal, q: {type: normal, given: [x], %s}}
              - {observed: x, p: {type: bernoulli, given: [z], network: mlp}}
              """
                  .formatted(layers));
      assertThatThrownBy(() -> Weights.initialize(model, manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              "z\\.q\\.network\\.\\w+\\.weight: with this array of shape \\(2000000000, 100000\\) the"
                  + " parameters take 7.45e\\+05 GiB, and this machine has [0-9.e+]+; make layers or"
                  + " variables smaller");
    }
  }
}
