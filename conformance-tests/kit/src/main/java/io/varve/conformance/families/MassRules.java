package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;
import static io.varve.conformance.rule.Claim.requireAll;

import ai.djl.ndarray.types.DataType;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.numerics.Significance;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The rules about masses: L2 and L3. */
public final class MassRules {
  /** L2 itself, in single and in double precision. */
  private static final double SINGLE = 1e-5;

  private static final double DOUBLE = 1e-6;

  private static final int DRAWS = 1 << 13;

  private final FamilyProbes probes;

  MassRules(FamilyProbes probes) {
    this.probes = probes;
  }

  @Rule
  void l2_massesOverAllLevelsSumToOne() {
    for (FamilyOnSpace member : probes.countableMembers()) {
      AllEvents cells = AllEvents.of(member.space());
      for (ParameterRows index : member.scored()) {
        requireMasses(member, cells, index, DataType.FLOAT32, SINGLE);
        requireMasses(member, cells, index, DataType.FLOAT64, DOUBLE);
      }
    }
  }

  private static void requireMasses(
      FamilyOnSpace member, AllEvents cells, ParameterRows index, DataType type, double allowed) {
    double[] logMass =
        member.logProb(index.repeat(cells.count()), type, cells.repeat(index.rows()));
    double[] sums = new double[index.rows()];
    for (int i = 0; i < logMass.length; i++) {
      sums[i / cells.count()] += Math.exp(logMass[i]);
    }
    requireAll(
        sums,
        sum -> Math.abs(sum - 1) <= allowed * member.size(),
        row ->
            "masses on %s sum to %s at %s in %s, expected 1 (allowed %s)"
                .formatted(member, sums[row], index.at(row), type, allowed * member.size()));
  }

  @Rule
  void l2_massesOfEveryNumberOfLargeEventsSumToOne() {
    boolean tried = false;
    for (FamilyOnSpace member : probes.discreteMembers()) {
      int size = member.size();
      if (size > 1 && size <= 32) {
        ProductOfMasses product =
            new ProductOfMasses(member, ParameterRows.random(member.needs(), 1, 83));
        if (product.factorises()) {
          tried = true;
          double total = product.mass();
          require(
              Math.abs(total - 1) <= SINGLE * size,
              "masses on %s sum to %s over all %d numbers at %s, expected 1 (allowed %s)"
                  .formatted(member, total, size, "standard normal parameters", SINGLE * size));
        }
      }
    }
    if (!tried) {
      throw new NotApplicable("its numbers depend on one another; small events are counted out");
    }
  }

  @Rule(Rule.Strength.STOCHASTIC)
  void l3_drawsFollowTheMasses() {
    for (FamilyOnSpace member : probes.countableMembers()) {
      AllEvents cells = AllEvents.of(member.space());
      List<ParameterRows> places =
          List.of(
              ParameterRows.zero(member.needs(), 1),
              ParameterRows.random(member.needs(), 1, 84),
              ParameterRows.random(member.needs(), 1, 85),
              ParameterRows.extreme(member.needs(), 1, 86));
      for (ParameterRows index : places) {
        double[] draws = member.draw(new Place(index, DataType.FLOAT32, DRAWS, 87)).values();
        member.requireOnGrid("draw().value()", index, draws);
        double[] masses =
            Arrays.stream(member.logProb(index, DataType.FLOAT64, cells.values()))
                .map(Math::exp)
                .toArray();
        long[] counts = cells.counts(draws);
        int worst =
            IntStream.range(0, counts.length)
                .boxed()
                .max(Comparator.comparingDouble(i -> Math.abs(counts[i] - DRAWS * masses[i])))
                .orElseThrow();
        require(
            Significance.frequencies(counts, masses),
            "%d draws on %s are not distributed as the masses at %s: event %d occurs %d times, expected about %s"
                .formatted(
                    DRAWS,
                    member,
                    index.at(0),
                    worst,
                    counts[worst],
                    Numbers.text(DRAWS * masses[worst])));
      }
    }
  }

  @Rule
  void l3_drawsLieOnTheGrid() {
    for (FamilyOnSpace member : probes.discreteMembers()) {
      for (ParameterRows index : member.drawn()) {
        double[] draws = member.draw(new Place(index, DataType.FLOAT32, index.rows(), 88)).values();
        member.requireOnGrid("draw().value()", index, draws);
      }
    }
  }
}
