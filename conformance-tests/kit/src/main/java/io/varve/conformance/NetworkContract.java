package io.varve.conformance;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The rules N1 and on, for networks. */
final class NetworkContract extends ArrayContract {
  private static final Site SITE = new Site("z.q.network", 1);
  private static final Site ELSEWHERE = new Site("x.p.network", 2);

  /** A depth that explodes is far above, and networks of order one are far below. */
  private static final double LARGE = 10;

  /** Rows that decide how large outputs are. */
  private static final int MANY = 64;

  private final Network network;

  NetworkContract(Subject subject) {
    super(subject);
    this.network = (Network) subject.component();
  }

  private Optional<Block> build(Signature signature, Site site) {
    return Trials.unlessRefused(
        "build " + signature, () -> network.build(site, signature.inputs(), signature.outputs()));
  }

  /** The signatures that are not refused: the first, one of several inputs, one of images. */
  private List<Signature> accepted() {
    List<Signature> all = Signature.USUAL.stream().filter(s -> build(s, SITE).isPresent()).toList();
    require(!all.isEmpty(), "refuses all shapes tried: " + Signature.USUAL);
    return Stream.of(
            all.stream(),
            all.stream().filter(s -> s.inputs().size() > 1),
            all.stream().filter(s -> s.inputs().get(0).dimension() > 1))
        .flatMap(some -> some.limit(1))
        .distinct()
        .toList();
  }

  private BuiltNetwork built(Signature signature, Block block, int seed) {
    return new BuiltNetwork(signature, block, manager, seed);
  }

  private BuiltNetwork built(Signature signature) {
    return built(signature, build(signature, SITE).orElseThrow(), 1);
  }

  @Override
  List<Probe> probes() {
    return accepted().stream()
        .map(s -> probe(s.toString(), s, build(s, SITE).orElseThrow()))
        .toList();
  }

  @Override
  List<Probe> larger() {
    List<Probe> larger = new ArrayList<>();
    for (Signature signature : accepted()) {
      Signature twice = signature.larger();
      build(twice, SITE).ifPresent(block -> larger.add(probe(signature.toString(), twice, block)));
    }
    return larger;
  }

  private static Probe probe(String name, Signature signature, Block block) {
    List<Probe.Input> inputs = new ArrayList<>();
    signature.inputs().forEach(s -> inputs.add(new Probe.Input("input" + inputs.size(), s, 0)));
    return new Probe(
        "forward " + name,
        inputs,
        List.copyOf(BuiltNetwork.parameters(block)),
        (pass, arrays) -> pass.run(block, arrays));
  }

  /** In training and in evaluation, for one row and for several. */
  @Rule
  public void n1_outputsHaveTheOrderAndShapesOfBuild() {
    for (Signature signature : Signature.USUAL) {
      build(signature, SITE)
          .ifPresent(
              block -> {
                BuiltNetwork built = built(signature, block, 1);
                built.evaluate(1, 1);
                built.evaluate(3, 1);
              });
    }
  }

  /** What it does not refuse it must be able to run. */
  @Rule
  public void n2_refusesWhatItCannotMap() {
    for (Signature signature : Signature.ODD) {
      build(signature, SITE)
          .ifPresent(
              block -> {
                try {
                  built(signature, block, 1).evaluate(3, 1);
                } catch (RuntimeException e) {
                  throw new AssertionError(
                      "build takes %s, but the block throws %s; expected build to refuse it"
                          .formatted(signature, String.valueOf(e).lines().findFirst().orElse("")),
                      e);
                }
              });
    }
  }

  /** At two places of a model, and in one built later. */
  @Rule
  public void n3_namesAreStable() {
    for (Signature signature : accepted()) {
      List<String> names = BuiltNetwork.names(build(signature, SITE).orElseThrow());
      for (Site site : List.of(SITE, ELSEWHERE)) {
        List<String> again = BuiltNetwork.names(build(signature, site).orElseThrow());
        require(
            again.equals(names),
            "%s: the parameters are %s, and %s when built again at %s"
                .formatted(signature, names, again, site.path()));
      }
      require(
          new HashSet<>(names).size() == names.size(),
          "%s: the parameters are %s, expected unique names".formatted(signature, names));
    }
  }

  /** A parameter without a value cannot be saved. */
  @Rule
  public void n3_firstPassInitialisesEveryParameter() {
    for (Signature signature : accepted()) {
      Block block = build(signature, SITE).orElseThrow();
      List<String> before = BuiltNetwork.names(block);
      built(signature, block, 1);
      for (Pair<String, Parameter> listed : block.getParameters()) {
        require(
            listed.getValue().isInitialized(),
            "%s: parameter '%s' has no value after a pass in training"
                .formatted(signature, listed.getKey()));
      }
      require(
          before.equals(BuiltNetwork.names(block)),
          "%s: the parameters are %s before the first pass and %s after it"
              .formatted(signature, before, BuiltNetwork.names(block)));
    }
  }

  /** What is read but not listed is not saved. */
  @Rule
  public void n3_everyParameterReadIsListed() {
    for (Signature signature : accepted()) {
      Block block = build(signature, SITE).orElseThrow();
      built(signature, block, 1);
      TrialParameters read = new TrialParameters(manager, DataType.FLOAT32, 0);
      try (NDManager scope = manager.newSubManager()) {
        for (boolean training : new boolean[] {true, false}) {
          block.forward(
              read.in(scope), signature.sample(scope, DataType.FLOAT32, Trials.rows(4)), training);
        }
      }
      Set<Parameter> listed = BuiltNetwork.parameters(block);
      for (Parameter parameter : read.values().keySet()) {
        require(
            listed.contains(parameter),
            "%s: the block reads the parameter '%s', but getParameters lists only %s"
                .formatted(signature, parameter.getName(), BuiltNetwork.names(block)));
      }
    }
  }

  /** With equal parameters, two blocks of one place are one function. */
  @Rule
  public void n4_fixedRandomChoicesFollowTheSeed() {
    for (Signature signature : accepted()) {
      BuiltNetwork first = built(signature);
      manager.getEngine().setRandomSeed(2);
      BuiltNetwork second = built(signature, build(signature, SITE).orElseThrow(), 3);
      second.load(first);
      requireSame(
          signature + ": a block built again for the same site, with the same parameters",
          first.evaluate(3, 1),
          second.evaluate(3, 1));
    }
  }

  private static void requireSame(String what, List<double[]> first, List<double[]> again) {
    for (int k = 0; k < first.size(); k++) {
      int at = Arrays.mismatch(first.get(k), again.get(k));
      if (at >= 0) {
        throw new AssertionError(
            "%s: value %d of output %d is %s, expected %s as at first"
                .formatted(
                    what, at, k, Trials.number(again.get(k)[at]), Trials.number(first.get(k)[at])));
      }
    }
  }

  /** Neither at two places nor when a model is built twice. */
  @Rule
  public void n5_blocksShareNoParameters() {
    for (Signature signature : accepted()) {
      Block first = build(signature, SITE).orElseThrow();
      for (Site site : List.of(ELSEWHERE, SITE)) {
        Block second = build(signature, site).orElseThrow();
        require(first != second, signature + ": build returns the same block twice");
        Set<Parameter> own = BuiltNetwork.parameters(first);
        for (Parameter parameter : BuiltNetwork.parameters(second)) {
          require(
              !own.contains(parameter),
              "%s: two blocks share the parameter '%s'".formatted(signature, parameter.getName()));
        }
      }
    }
  }

  /** Whatever training did to the buffers before. */
  @Rule
  public void n6_evaluationChangesNothing() {
    for (Signature signature : accepted()) {
      BuiltNetwork built = built(signature);
      built.train(2);
      Map<String, double[]> before = built.values();
      built.evaluate(5, 1);
      built
          .values()
          .forEach(
              (name, after) -> {
                int at = Arrays.mismatch(before.get(name), after);
                require(
                    at < 0,
                    "%s: an evaluation pass changes element %d of '%s'"
                        .formatted(signature, at, name));
              });
    }
  }

  /** Under two seeds of the engine's generator. */
  @Rule
  public void n6_dropoutIsOffInEvaluation() {
    for (Signature signature : accepted()) {
      BuiltNetwork built = built(signature);
      List<double[]> first = built.evaluate(8, 4);
      requireSame(signature + ": evaluated under another seed", first, built.evaluate(8, 5));
    }
  }

  /** The root mean square over many rows; outputs of zero are a fine start. */
  @Rule(Rule.Level.OPTIONAL)
  public void n7_outputsStartOfOrderOne() {
    for (Signature signature : accepted()) {
      List<double[]> outputs = built(signature).evaluate(MANY, 1);
      for (int k = 0; k < outputs.size(); k++) {
        double square = DoubleStream.of(outputs.get(k)).map(v -> v * v).average().orElse(0);
        require(
            Math.sqrt(square) <= LARGE, // not so for NaN
            "%s: output %d is of size %s at the start, expected order one, at most %s"
                .formatted(signature, k, Trials.number(Math.sqrt(square)), LARGE));
      }
    }
  }
}
