package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.families.FamilyOnSpace.Sample;
import io.varve.conformance.numerics.LineQuadrature;
import io.varve.conformance.numerics.PlaneQuadrature;
import io.varve.conformance.numerics.Significance;
import io.varve.conformance.numerics.Significance.Mean;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The rules about densities as wholes: they integrate to one (P3), draws follow them (P4), KL (P5).
 */
public final class DensityRules {
  /** A density that is off by a hundredth is caught; quadrature is far better than this. */
  private static final double MASS = 5e-3;

  /** Larger events show nothing new. */
  private static final int MANY = 48;

  private static final int ROWS = 5;
  private static final int DRAWS = 1 << 14;
  private static final int PANELS = 512;

  /** Powers of two beyond the sample: a Cauchy's tail there holds nothing. */
  private static final int DOUBLINGS = 60;

  private final FamilyProbes probes;

  DensityRules(FamilyProbes probes) {
    this.probes = probes;
  }

  /** Members to integrate: at zero, anywhere, at extremes. */
  private static List<ParameterRows> places(FamilyOnSpace member) {
    List<ParameterRows> places = new ArrayList<>(List.of(ParameterRows.zero(member.needs(), 1)));
    if (!member.needs().isEmpty()) {
      places.add(ParameterRows.random(member.needs(), 1, 21));
      places.add(ParameterRows.random(member.needs(), 1, 22));
      for (int seed = 23; seed < 27; seed++) {
        places.add(ParameterRows.extreme(member.needs(), 1, seed));
      }
    }
    return places;
  }

  /** Members whose draws are of everyday sizes. */
  private static List<ParameterRows> common(FamilyOnSpace member) {
    List<ParameterRows> places = places(member);
    return places.subList(0, Math.min(3, places.size()));
  }

  /** The family on real events of this size. */
  private FamilyOnSpace real(int size, String words) {
    probes.realMembers();
    return probes.accepted().stream()
        .filter(s -> s.levels() == 0 && s.shape().size() == size)
        .findFirst()
        .map(s -> new FamilyOnSpace(probes.family(), s))
        .orElseThrow(() -> new NotApplicable("it refuses " + words));
  }

  private static double[] draws(FamilyOnSpace member, ParameterRows index, int count, int seed) {
    double[] draws = member.draw(new Place(index, DataType.FLOAT64, count, seed)).values();
    if (!Arrays.stream(draws).allMatch(Double::isFinite)) {
      throw new NotApplicable("draws are not finite at " + index.at(0));
    }
    return draws;
  }

  @Rule
  void p3_theDensityOfOneNumberIntegratesToOne() {
    FamilyOnSpace member = real(1, "events of a single number");
    for (ParameterRows index : places(member)) {
      double[] cumulated = cumulated(member, index, line(member, index));
      requireMass(member, index, cumulated[cumulated.length - 1]);
    }
  }

  @Rule
  void p3_theDensityOfTwoNumbersIntegratesToOne() {
    FamilyOnSpace member = real(2, "events of two numbers");
    for (ParameterRows index : common(member)) {
      PlaneQuadrature plane = PlaneQuadrature.of(draws(member, index, DRAWS, 31));
      double mass = plane.integral(member.logProb(index, DataType.FLOAT64, plane.nodes()));
      requireMass(member, index, mass);
    }
  }

  private static void requireMass(FamilyOnSpace member, ParameterRows index, double mass) {
    require(
        Math.abs(mass - 1) <= MASS,
        "the density on %s integrates to %s at %s, expected 1 (allowed %s)"
            .formatted(member, Numbers.text(mass), index.at(0), MASS));
  }

  private static LineQuadrature line(FamilyOnSpace member, ParameterRows index) {
    return LineQuadrature.of(draws(member, index, DRAWS, 31), PANELS, DOUBLINGS);
  }

  private static double[] cumulated(
      FamilyOnSpace member, ParameterRows index, LineQuadrature line) {
    return line.cumulated(member.logProb(index, DataType.FLOAT64, line.nodes()));
  }

  @Rule(Rule.Strength.STOCHASTIC)
  void p4_drawsOfOneNumberFollowTheDensity() {
    FamilyOnSpace member = real(1, "events of a single number");
    // the draws between two quantiles are not looked at
    double allowed = Significance.kolmogorov(DRAWS) + MASS;
    for (ParameterRows index : places(member)) {
      LineQuadrature line = line(member, index);
      double[] others = draws(member, index, DRAWS, 32);
      double distance = line.distance(cumulated(member, index, line), others);
      require(
          distance <= allowed,
          "%d draws on %s are not distributed as the density says at %s: the distribution functions differ by %s, allowed %s"
              .formatted(
                  DRAWS, member, index.at(0), Numbers.text(distance), Numbers.text(allowed)));
    }
  }

  @Rule(Rule.Strength.STOCHASTIC)
  void p4_drawsOfManyNumbersFollowTheDensity() {
    int tried = 0;
    for (FamilyOnSpace member : probes.members()) {
      if (member.size() > 1 && member.size() <= MANY) {
        List<ParameterRows> places = common(member);
        // what images add is more numbers, not other parameters
        for (ParameterRows index :
            tried == 0 ? places : places.subList(places.size() - 1, places.size())) {
          DrawsMatchDensity.requireAt(member, index);
        }
        tried++;
      }
    }
    if (tried == 0) {
      throw new NotApplicable("it refuses events of 2 to %d numbers".formatted(MANY));
    }
  }

  @Rule(Rule.Strength.STOCHASTIC)
  void p5_klIsTheExpectedLogRatio() {
    List<FamilyOnSpace> members = probes.realMembers();
    FamilyOnSpace member = members.get(Math.min(1, members.size() - 1));
    requireEmptyForStrangers(member);
    boolean answers = answers(member, member, "its own kind");
    for (FamilyOnSpace other : others(member.space())) {
      answers |= answers(member, other, "'" + other.family() + "'");
    }
    if (!answers) {
      throw new NotApplicable("kl is left to draws");
    }
  }

  private static void requireEmptyForStrangers(FamilyOnSpace member) {
    Place place = new Place(ParameterRows.zero(member.needs(), 1));
    Optional<?>[] answer = new Optional<?>[1];
    member.ask(
        place,
        q -> {
          answer[0] = q.kl(new KlDivergence.Stranger());
          return new NDList();
        });
    require(
        answer[0].isEmpty(),
        "kl on %s answers for a distribution it cannot know, expected Optional.empty()"
            .formatted(member));
  }

  /** Every prior at hand that lives on a space. */
  private List<FamilyOnSpace> others(Space space) {
    return OtherPriors.of(probes.subject()).stream()
        .flatMap(prior -> on(space, prior).stream())
        .toList();
  }

  /** What breaks here is the other's to answer for. */
  private static Optional<FamilyOnSpace> on(Space space, Prior prior) {
    try {
      FamilyOnSpace other = new FamilyOnSpace(prior, space);
      Sample sample = other.draw(new Place(ParameterRows.zero(other.needs(), 1)));
      return Optional.of(other).filter(o -> Double.isFinite(sample.logProb()[0]));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static boolean answers(FamilyOnSpace q, FamilyOnSpace p, String name) {
    boolean answers = false;
    for (int seed = 41; seed < 44; seed++) {
      ParameterRows at = ParameterRows.random(q.needs(), 1, seed);
      ParameterRows other =
          seed == 41 && q.equals(p) ? at : ParameterRows.random(p.needs(), 1, seed + 10);
      Optional<HostArray> closed = KlDivergence.closed(q, at, p, other, ROWS);
      if (closed.isPresent()) {
        answers = true;
        requireShapes(q, p, name);
        requireMean(q, at, p, other, closed.get().values()[0], name);
      }
    }
    return answers;
  }

  private static void requireMean(
      FamilyOnSpace q,
      ParameterRows at,
      FamilyOnSpace p,
      ParameterRows other,
      double found,
      String name) {
    Mean sampled = KlDivergence.sampled(q, at, p, other, DRAWS);
    require(
        sampled.agrees(found, 1e-6 * (1 + Math.abs(found))),
        "kl to %s on %s is %s at %s and %s, but log q - log p of %d draws has mean %s (standard error %s)"
            .formatted(
                name,
                q,
                Numbers.text(found),
                at.at(0),
                other.at(0),
                DRAWS,
                Numbers.text(sampled.value()),
                Numbers.text(sampled.error())));
  }

  private static void requireShapes(FamilyOnSpace q, FamilyOnSpace p, String name) {
    for (int[] rows : new int[][] {{1, 1}, {1, ROWS}, {ROWS, 1}, {ROWS, ROWS}}) {
      ParameterRows at = ParameterRows.random(q.needs(), rows[0], 1);
      ParameterRows other = ParameterRows.random(p.needs(), rows[1], 2);
      int expected = Math.max(q.needs().isEmpty() ? 1 : rows[0], p.needs().isEmpty() ? 1 : rows[1]);
      Optional<HostArray> closed = KlDivergence.closed(q, at, p, other, ROWS);
      require(closed.isPresent(), "kl to %s is there or not by the rows".formatted(name));
      require(
          closed.get().shape().equals(new Shape(expected)),
          "kl to %s on %s has shape %s for parameters of %d and %d row(s), expected (%d)"
              .formatted(name, q, closed.get().shape(), rows[0], rows[1], expected));
    }
  }
}
