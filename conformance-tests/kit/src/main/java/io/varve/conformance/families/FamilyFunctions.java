package io.varve.conformance.families;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.conformance.arrays.Probe;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;

/** The methods of a family as array code, with its parameters as inputs and as constants. */
final class FamilyFunctions {
  private final FamilyOnSpace member;
  private final Family family;
  private final Space space;
  private final String where;
  private final List<Probe.Input> given;
  private final List<Probe> probes = new ArrayList<>();

  private FamilyFunctions(FamilyOnSpace member, String where) {
    this.member = member;
    this.family = member.family();
    this.space = member.space();
    this.where = where;
    this.given = inputs("parameter");
  }

  /**
   * What training and generation call.
   *
   * @param where what the space is called in the names of the probes
   */
  static List<Probe> few(FamilyOnSpace member, String where) {
    FamilyFunctions probes = new FamilyFunctions(member, where);
    probes.densities();
    return probes.probes;
  }

  /** Every method, with parameters of every origin. */
  static List<Probe> all(FamilyOnSpace member, String where) {
    FamilyFunctions probes = new FamilyFunctions(member, where);
    probes.densities();
    if (!probes.given.isEmpty()) {
      probes.pictures();
      probes.constants();
      probes.kl();
    }
    return probes.probes;
  }

  private void add(String method, List<Probe.Input> inputs, boolean smooth, Probe.Body body) {
    probes.add(new Probe(method + " on " + where, inputs, List.of(), smooth, body));
  }

  private List<Probe.Input> inputs(String name) {
    List<Probe.Input> inputs = new ArrayList<>();
    for (Parameters each : member.needs()) {
      inputs.add(new Probe.Input(name + inputs.size(), each.shape(), 0));
    }
    return inputs;
  }

  private Probe.Input value() {
    return new Probe.Input("value", space.shape(), space.levels());
  }

  private void densities() {
    int count = given.size();
    List<Probe.Input> scored = new ArrayList<>(given);
    scored.add(value());
    add(
        "logProb",
        scored,
        true,
        (pass, in) ->
            new NDList(family.of(pass, space, in.subNDList(0, count)).logProb(in.get(count))));
    // gradients through draws are promised by P6 alone
    boolean smooth = family instanceof Prior prior && prior.reparameterised() && count > 0;
    add("draw", given, smooth, (pass, in) -> drawn(family.of(pass, space, in)));
  }

  private static NDList drawn(Distribution distribution) {
    Draw draw = distribution.draw();
    return new NDList(draw.value(), draw.logProb());
  }

  private void pictures() {
    add(
        "mode and mean",
        given,
        false,
        (pass, in) -> {
          Distribution distribution = family.of(pass, space, in);
          return new NDList(distribution.mode(), distribution.mean());
        });
  }

  /** The closed form, if there is one, of two members whose parameters are inputs. */
  private void kl() {
    ParameterRows zero = ParameterRows.zero(member.needs(), 1);
    if (KlDivergence.closed(member, zero, member, zero, 1).isEmpty()) {
      return;
    }
    List<Probe.Input> both = new ArrayList<>(given);
    both.addAll(inputs("other"));
    int count = given.size();
    add(
        "kl",
        both,
        true,
        (pass, in) -> {
          Distribution q = family.of(pass, space, in.subNDList(0, count));
          Distribution p = family.of(pass, space, in.subNDList(count));
          return new NDList(q.kl(p).orElseThrow());
        });
  }

  /** Scores and draws with learned constants: parameters of one row, whatever the batch. */
  private void constants() {
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
    Probe.Body body =
        (pass, in) -> {
          Distribution distribution = family.of(pass, space, rows(pass, constants));
          NDList results = drawn(distribution);
          results.add(distribution.logProb(in.get(0)));
          return results;
        };
    String name = "draw and logProb of learned constants on " + where;
    probes.add(new Probe(name, List.of(value()), constants, false, body));
  }

  private static NDList rows(Pass pass, List<Parameter> constants) {
    NDList rows = new NDList();
    constants.forEach(constant -> rows.add(pass.value(constant).expandDims(0)));
    return rows;
  }
}
