package io.varve.conformance;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.Chance.Mean;
import io.varve.conformance.Member.Found;
import io.varve.conformance.Member.Place;
import io.varve.conformance.Member.Sample;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The rules about densities as wholes: that they integrate to one, and that draws follow them. */
abstract class DensityContract extends RowsContract {
  /** A density that is off by a hundredth is caught; quadrature is far better than this. */
  private static final double MASS = 5e-3;

  /** Numbers of an event beyond which there is nothing new to see. */
  private static final int MANY = 48;

  private static final int DRAWS = 1 << 14;
  private static final int PANELS = 512;

  /** Powers of two beyond the sample: a Cauchy's tail there holds nothing. */
  private static final int DOUBLINGS = 60;

  DensityContract(Subject subject) {
    super(subject);
  }

  /** Members to integrate: at zero, anywhere, at extremes. */
  private static List<Index> places(Member member) {
    List<Index> places = new ArrayList<>(List.of(Index.zero(member.needs(), 1)));
    if (!member.needs().isEmpty()) {
      places.add(Index.random(member.needs(), 1, 21));
      places.add(Index.random(member.needs(), 1, 22));
      for (int seed = 23; seed < 27; seed++) {
        places.add(Index.extreme(member.needs(), 1, seed));
      }
    }
    return places;
  }

  /** Members whose draws are of everyday sizes. */
  private static List<Index> common(Member member) {
    List<Index> places = places(member);
    return places.subList(0, Math.min(3, places.size()));
  }

  /** The family on real events of this size. */
  private Optional<Member> real(int size) {
    return accepted().stream()
        .filter(s -> s.levels() == 0 && s.shape().size() == size)
        .findFirst()
        .map(s -> new Member(family, s));
  }

  private static double[] draws(Member member, Index index, int count, int seed) {
    double[] draws = member.draw(new Place(index, DataType.FLOAT64, count, seed)).values();
    if (!Arrays.stream(draws).allMatch(Double::isFinite)) {
      throw new NotApplicable("draws are not finite at " + index.at(0));
    }
    return draws;
  }

  @Rule
  public void p3_theDensityOfOneNumberIntegratesToOne() {
    realMembers();
    Member member =
        real(1).orElseThrow(() -> new NotApplicable("it refuses events of a single number"));
    for (Index index : places(member)) {
      double[] cumulated = cumulated(member, index, line(member, index));
      requireMass(member, index, cumulated[cumulated.length - 1]);
    }
  }

  @Rule
  public void p3_theDensityOfTwoNumbersIntegratesToOne() {
    realMembers();
    Member member =
        real(2).orElseThrow(() -> new NotApplicable("it refuses events of two numbers"));
    for (Index index : common(member)) {
      Plane plane = Plane.of(draws(member, index, DRAWS, 31));
      double mass = plane.integral(member.logProb(index, DataType.FLOAT64, plane.nodes()));
      requireMass(member, index, mass);
    }
  }

  private static void requireMass(Member member, Index index, double mass) {
    require(
        Math.abs(mass - 1) <= MASS,
        "the density on %s integrates to %s at %s, expected 1 (allowed %s)"
            .formatted(member, Trials.number(mass), index.at(0), MASS));
  }

  private static Line line(Member member, Index index) {
    return Line.of(draws(member, index, DRAWS, 31), PANELS, DOUBLINGS);
  }

  private static double[] cumulated(Member member, Index index, Line line) {
    return line.cumulated(member.logProb(index, DataType.FLOAT64, line.nodes()));
  }

  @Rule(Rule.Level.STOCHASTIC)
  public void p4_drawsOfOneNumberFollowTheDensity() {
    realMembers();
    Member member =
        real(1).orElseThrow(() -> new NotApplicable("it refuses events of a single number"));
    // the draws between two quantiles are not looked at
    double allowed = Chance.kolmogorov(DRAWS) + MASS;
    for (Index index : places(member)) {
      Line line = line(member, index);
      double[] others = draws(member, index, DRAWS, 32);
      double distance = line.distance(cumulated(member, index, line), others);
      require(
          distance <= allowed,
          "%d draws on %s are not distributed as the density says at %s: the distribution functions differ by %s, allowed %s"
              .formatted(
                  DRAWS, member, index.at(0), Trials.number(distance), Trials.number(allowed)));
    }
  }

  @Rule(Rule.Level.STOCHASTIC)
  public void p4_drawsOfManyNumbersFollowTheDensity() {
    int tried = 0;
    for (Member member : members()) {
      if (member.size() > 1 && member.size() <= MANY) {
        List<Index> places = common(member);
        // what images add is more numbers, not other parameters
        for (Index index : tried == 0 ? places : places.subList(places.size() - 1, places.size())) {
          Identity.require(member, index);
        }
        tried++;
      }
    }
    if (tried == 0) {
      throw new NotApplicable("it refuses events of 2 to %d numbers".formatted(MANY));
    }
  }

  @Rule(Rule.Level.STOCHASTIC)
  public void p5_klIsTheExpectedLogRatio() {
    List<Member> members = realMembers();
    Member member = members.get(Math.min(1, members.size() - 1));
    requireEmptyForStrangers(member);
    boolean answers = answers(member, member, "its own kind");
    for (Member other : others(member.space())) {
      answers |= answers(member, other, "'" + other.family() + "'");
    }
    if (!answers) {
      throw new NotApplicable("kl is left to draws");
    }
  }

  private static void requireEmptyForStrangers(Member member) {
    Place place = new Place(Index.zero(member.needs(), 1));
    Optional<?>[] answer = new Optional<?>[1];
    member.ask(
        place,
        q -> {
          answer[0] = q.kl(new Divergence.Stranger());
          return new NDList();
        });
    require(
        answer[0].isEmpty(),
        "kl on %s answers for a distribution it cannot know, expected Optional.empty()"
            .formatted(member));
  }

  /** Every prior at hand that lives on a space. */
  private List<Member> others(Space space) {
    return Neighbours.of(subject).stream().flatMap(prior -> on(space, prior).stream()).toList();
  }

  /** What breaks here is the other's to answer for. */
  private static Optional<Member> on(Space space, Prior prior) {
    try {
      Member other = new Member(prior, space);
      Sample sample = other.draw(new Place(Index.zero(other.needs(), 1)));
      return Optional.of(other).filter(o -> Double.isFinite(sample.logProb()[0]));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static boolean answers(Member q, Member p, String name) {
    boolean answers = false;
    for (int seed = 41; seed < 44; seed++) {
      Index at = Index.random(q.needs(), 1, seed);
      Index other = seed == 41 && q.equals(p) ? at : Index.random(p.needs(), 1, seed + 10);
      Optional<Found> closed = Divergence.closed(q, at, p, other, ROWS);
      if (closed.isPresent()) {
        answers = true;
        requireShapes(q, p, name);
        requireMean(q, at, p, other, closed.get().numbers()[0], name);
      }
    }
    return answers;
  }

  private static void requireMean(
      Member q, Index at, Member p, Index other, double found, String name) {
    Mean sampled = Divergence.sampled(q, at, p, other, DRAWS);
    require(
        sampled.agrees(found, 1e-6 * (1 + Math.abs(found))),
        "kl to %s on %s is %s at %s and %s, but log q - log p of %d draws has mean %s (standard error %s)"
            .formatted(
                name,
                q,
                Trials.number(found),
                at.at(0),
                other.at(0),
                DRAWS,
                Trials.number(sampled.value()),
                Trials.number(sampled.error())));
  }

  private static void requireShapes(Member q, Member p, String name) {
    for (int[] rows : new int[][] {{1, 1}, {1, ROWS}, {ROWS, 1}, {ROWS, ROWS}}) {
      Index at = Index.random(q.needs(), rows[0], 1);
      Index other = Index.random(p.needs(), rows[1], 2);
      int expected = Math.max(q.needs().isEmpty() ? 1 : rows[0], p.needs().isEmpty() ? 1 : rows[1]);
      Optional<Found> closed = Divergence.closed(q, at, p, other, ROWS);
      require(closed.isPresent(), "kl to %s is there or not by the rows".formatted(name));
      require(
          closed.get().shape().equals(new Shape(expected)),
          "kl to %s on %s has shape %s for parameters of %d and %d row(s), expected (%d)"
              .formatted(name, q, closed.get().shape(), rows[0], rows[1], expected));
    }
  }
}
