package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The methods of a family as array code, with its parameters as inputs and as constants. */
final class FamilyProbes {
  private final Family family;
  private final List<Probe> probes = new ArrayList<>();

  /**
   * Probes on these spaces.
   *
   * @param members of few numbers and of an image, where there are such
   */
  FamilyProbes(Family family, List<Member> members) {
    this.family = family;
    for (Member member : members) {
      add(member);
    }
  }

  /** Every method on every space. */
  List<Probe> all() {
    return List.copyOf(probes);
  }

  private void add(Member member) {
    Space space = member.space();
    List<Probe.Input> given = inputs(member, "parameter");
    List<Probe.Input> scored = new ArrayList<>(given);
    scored.add(new Probe.Input("value", space.shape(), space.levels()));
    int count = given.size();
    probe("logProb", member, scored, true, (pass, in) -> logProb(pass, space, in, count));
    boolean smooth = family instanceof Prior prior && prior.reparameterised();
    probe("draw", member, given, smooth, (pass, in) -> drawn(family.of(pass, space, in)));
    if (count > 0) {
      probe("mode", member, given, false, one(space, Distribution::mode));
      probe("mean", member, given, false, one(space, Distribution::mean));
      constants(member);
      kl(member, given);
    }
  }

  private void probe(
      String method, Member member, List<Probe.Input> inputs, boolean smooth, Probe.Body body) {
    probes.add(new Probe(method + " " + member, inputs, List.of(), smooth, body));
  }

  private static List<Probe.Input> inputs(Member member, String name) {
    List<Probe.Input> inputs = new ArrayList<>();
    for (Parameters each : member.needs()) {
      inputs.add(new Probe.Input(name + inputs.size(), each.shape(), 0));
    }
    return inputs;
  }

  private static NDList drawn(Distribution distribution) {
    Draw draw = distribution.draw();
    return new NDList(draw.value(), draw.logProb());
  }

  private NDList logProb(Pass pass, Space space, NDList in, int count) {
    Distribution distribution = family.of(pass, space, in.subNDList(0, count));
    return new NDList(distribution.logProb(in.get(count)));
  }

  private Probe.Body one(Space space, Function<Distribution, NDArray> method) {
    return (pass, in) -> new NDList(method.apply(family.of(pass, space, in)));
  }

  /** The closed form, if there is one, of two members whose parameters are inputs. */
  private void kl(Member member, List<Probe.Input> given) {
    Index zero = Index.zero(member.needs(), 1);
    if (member.space().levels() > 0 || Divergence.closed(member, zero, member, zero, 1).isEmpty()) {
      return;
    }
    List<Probe.Input> both = new ArrayList<>(given);
    both.addAll(inputs(member, "other"));
    int count = given.size();
    probe(
        "kl",
        member,
        both,
        true,
        (pass, in) -> {
          Distribution q = family.of(pass, member.space(), in.subNDList(0, count));
          Distribution p = family.of(pass, member.space(), in.subNDList(count));
          return new NDList(q.kl(p).orElseThrow());
        });
  }

  /** Scores and draws with learned constants: parameters of one row, whatever the batch. */
  private void constants(Member member) {
    Space space = member.space();
    List<Parameter> constants = new ArrayList<>();
    for (Parameters each : member.needs()) {
      constants.add(
          Parameter.builder()
              .setName("constant" + constants.size())
              .setType(Parameter.Type.OTHER)
              .optShape(each.shape())
              .optInitializer(each.start())
              .build());
    }
    List<Probe.Input> value = List.of(new Probe.Input("value", space.shape(), space.levels()));
    probes.add(
        new Probe(
            "logProb of constants " + member,
            value,
            constants,
            true,
            (pass, in) -> {
              NDList rows = new NDList();
              constants.forEach(c -> rows.add(pass.value(c).expandDims(0)));
              Distribution distribution = family.of(pass, space, rows);
              Draw draw = distribution.draw();
              return new NDList(
                  distribution.logProb(in.get(0)),
                  draw.value().stopGradient(),
                  draw.logProb().stopGradient());
            }));
  }
}
