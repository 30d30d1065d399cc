package io.varve.conformance;

import ai.djl.ndarray.types.DataType;
import io.varve.conformance.Member.Place;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The rules about masses: L2 and L3. */
abstract class MassContract extends DensityContract {
  /** L2 itself, in single and in double precision. */
  private static final double SINGLE = 1e-5;

  private static final double DOUBLE = 1e-6;

  /** As many events as are counted out where numbers may depend on one another. */
  private static final int JOINT = 256;

  private static final int DRAWS = 1 << 13;

  MassContract(Subject subject) {
    super(subject);
  }

  /** The family on spaces of levels. */
  final List<Member> discrete() {
    List<Member> discrete = members().stream().filter(m -> m.space().levels() > 0).toList();
    if (discrete.isEmpty()) {
      throw new NotApplicable("it lives on real numbers, not on levels");
    }
    return discrete;
  }

  /** For every number of levels, the smallest event and the largest whose values can be counted. */
  final List<Member> countable() {
    discrete();
    List<Member> members = new ArrayList<>();
    for (int levels : accepted().stream().mapToInt(Space::levels).distinct().toArray()) {
      List<Space> few =
          accepted().stream()
              .filter(s -> s.levels() == levels && Cells.few(s))
              .sorted(Comparator.comparingLong(s -> s.shape().size()))
              .toList();
      if (!few.isEmpty()) {
        members.add(new Member(family, few.get(0)));
        few.stream()
            .filter(s -> s.shape().size() > few.get(0).shape().size())
            .filter(s -> Cells.of(s).count() <= JOINT)
            .reduce((a, b) -> b)
            .ifPresent(s -> members.add(new Member(family, s)));
      }
    }
    if (members.isEmpty()) {
      throw new NotApplicable("it refuses events small enough to count their values");
    }
    return members;
  }

  /** Parameters at zero, anywhere and at extremes: many rows of one number, few of more. */
  static List<Index> scored(Member member) {
    int rows = member.size() == 1 ? 32 : 8;
    List<Index> places = new ArrayList<>();
    places.add(Index.zero(member.needs(), 1));
    places.add(Index.random(member.needs(), rows, 81));
    places.add(Index.extreme(member.needs(), rows, 82));
    if (member.size() == 1) {
      places.add(Index.corners(member.needs()));
    }
    return places;
  }

  @Rule
  public void l2_massesOverAllLevelsSumToOne() {
    for (Member member : countable()) {
      Cells cells = Cells.of(member.space());
      for (Index index : scored(member)) {
        requireMasses(member, cells, index, DataType.FLOAT32, SINGLE);
        requireMasses(member, cells, index, DataType.FLOAT64, DOUBLE);
      }
    }
  }

  private static void requireMasses(
      Member member, Cells cells, Index index, DataType type, double allowed) {
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
  public void l2_massesOfEveryNumberOfLargeEventsSumToOne() {
    boolean tried = false;
    for (Member member : discrete()) {
      int size = member.size();
      if (size > 1 && size <= 32) {
        Product product = new Product(member, Index.random(member.needs(), 1, 83));
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

  @Rule(Rule.Level.STOCHASTIC)
  public void l3_drawsFollowTheMasses() {
    for (Member member : countable()) {
      Cells cells = Cells.of(member.space());
      List<Index> places =
          List.of(
              Index.zero(member.needs(), 1),
              Index.random(member.needs(), 1, 84),
              Index.random(member.needs(), 1, 85),
              Index.extreme(member.needs(), 1, 86));
      for (Index index : places) {
        double[] draws = member.draw(new Place(index, DataType.FLOAT32, DRAWS, 87)).values();
        requireOnGrid(member, "draw().value()", index, draws);
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
            Chance.frequencies(counts, masses),
            "%d draws on %s are not distributed as the masses at %s: event %d occurs %d times, expected about %s"
                .formatted(
                    DRAWS,
                    member,
                    index.at(0),
                    worst,
                    counts[worst],
                    Trials.number(DRAWS * masses[worst])));
      }
    }
  }

  @Rule
  public void l3_drawsLieOnTheGrid() {
    for (Member member : discrete()) {
      for (Index index : grid(member)) {
        double[] draws = member.draw(new Place(index, DataType.FLOAT32, index.rows(), 88)).values();
        requireOnGrid(member, "draw().value()", index, draws);
      }
    }
  }

  static List<Index> grid(Member member) {
    return List.of(
        Index.zero(member.needs(), 4),
        Index.random(member.needs(), 16, 89),
        Index.extreme(member.needs(), 16, 90));
  }

  static void requireOnGrid(Member member, String what, Index index, double[] values) {
    int top = member.space().levels() - 1;
    requireAll(
        values,
        value -> value == Math.rint(value) && value >= 0 && value <= top,
        i ->
            "%s on %s is %s at %s, expected a whole number 0..%d"
                .formatted(what, member, values[i], index.name(), top));
  }
}
