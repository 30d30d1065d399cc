package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Family;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A family on the spaces that it accepts. An example does not say where it lives, so each candidate
 * is offered, and those that are not refused are used.
 */
public final class FamilyProbes extends Probes {
  /**
   * A larger event has so many times the numbers of a small one: a graph that grows with them shows
   * it.
   */
  private static final int LARGER = 8;

  /** Largest event that counts as few numbers. */
  private static final int FEW = 6;

  /** The most events of several numbers that are all scored. */
  private static final int JOINT = 256;

  private final Family family;
  private final List<Space> accepted = new ArrayList<>();

  /** A prior or a likelihood, as the subject's kind says. */
  public FamilyProbes(Subject subject) {
    super(subject);
    family = (Family) subject.component();
  }

  Family family() {
    return family;
  }

  /**
   * The candidates that it accepts, at least one. Priors are tried on real spaces only: a family
   * that is a likelihood as well is tried on levels by the rules of likelihoods.
   */
  List<Space> accepted() {
    if (accepted.isEmpty()) {
      SampleSpaces.ofFamilies().stream().filter(s -> !refuses(s)).forEach(accepted::add);
      require(!accepted.isEmpty(), "it refuses every space offered, such as [3] and [3, 32, 32]");
    }
    if (!subject().kind().equals("prior")) {
      return accepted;
    }
    List<Space> real = accepted.stream().filter(s -> s.levels() == 0).toList();
    require(!real.isEmpty(), "it refuses every space of real numbers, which is what latents are");
    return real;
  }

  /** Whether {@code parameters} refuses a space. */
  boolean refuses(Space space) {
    String what = "parameters of " + FamilyOnSpace.words(space);
    return Refusal.unlessRefused(what, () -> family.parameters(space)).isEmpty();
  }

  /**
   * The family on up to three spaces of different sizes over real numbers, and again over levels,
   * small ones first: one number, few numbers, an image; the larger the more levels.
   */
  List<FamilyOnSpace> members() {
    List<Space> accepted = accepted();
    List<Space> chosen = new ArrayList<>();
    for (boolean real : new boolean[] {true, false}) {
      int[] preferred = {2, 4, 256};
      for (int tier = 0; tier < 3; tier++) {
        int size = tier;
        int levels = preferred[tier];
        Predicate<Space> fits = s -> (s.levels() == 0) == real && tier(s) == size;
        Optional<Space> best = first(accepted, fits.and(s -> real || s.levels() == levels));
        best.or(() -> first(accepted, fits)).ifPresent(chosen::add);
      }
    }
    return chosen.stream().map(space -> new FamilyOnSpace(family, space)).toList();
  }

  private static int tier(Space space) {
    long size = space.shape().size();
    return size == 1 ? 0 : size <= FEW ? 1 : 2;
  }

  private static Optional<Space> first(List<Space> spaces, Predicate<Space> which) {
    return spaces.stream().filter(which).findFirst();
  }

  /** The same over real numbers only. */
  List<FamilyOnSpace> realMembers() {
    return membersOr(space -> space.levels() == 0, "it lives on levels, not on real numbers");
  }

  /** The same on spaces of levels only. */
  List<FamilyOnSpace> discreteMembers() {
    return membersOr(space -> space.levels() > 0, "it lives on real numbers, not on levels");
  }

  private List<FamilyOnSpace> membersOr(Predicate<Space> which, String none) {
    List<FamilyOnSpace> members = members().stream().filter(m -> which.test(m.space())).toList();
    if (members.isEmpty()) {
      throw new NotApplicable(none);
    }
    return members;
  }

  /** For every number of levels, the smallest event and the largest whose values can be counted. */
  List<FamilyOnSpace> countableMembers() {
    discreteMembers();
    List<FamilyOnSpace> members = new ArrayList<>();
    for (int levels : accepted().stream().mapToInt(Space::levels).distinct().toArray()) {
      List<Space> few =
          accepted().stream()
              .filter(s -> s.levels() == levels && AllEvents.few(s))
              .sorted(Comparator.comparingLong(s -> s.shape().size()))
              .toList();
      if (!few.isEmpty()) {
        members.add(new FamilyOnSpace(family, few.get(0)));
        few.stream()
            .filter(s -> s.shape().size() > few.get(0).shape().size())
            .filter(s -> AllEvents.of(s).count() <= JOINT)
            .reduce((a, b) -> b)
            .ifPresent(s -> members.add(new FamilyOnSpace(family, s)));
      }
    }
    if (members.isEmpty()) {
      throw new NotApplicable("it refuses events small enough to count their values");
    }
    return members;
  }

  @Override
  public List<Probe> probes() {
    List<FamilyOnSpace> members = exported();
    List<Probe> probes = new ArrayList<>(FamilyFunctions.all(members.get(0), "few numbers"));
    if (members.size() > 1) {
      probes.addAll(FamilyFunctions.few(members.get(1), "an image"));
    }
    return probes;
  }

  /** Few numbers and an image, if both are accepted: graphs of other events show nothing more. */
  private List<FamilyOnSpace> exported() {
    List<FamilyOnSpace> members = members();
    return members.subList(Math.max(0, members.size() - 2), members.size());
  }

  @Override
  public List<Probe> larger() {
    FamilyOnSpace small = exported().get(0);
    return accepted().stream()
        .filter(s -> s.levels() == small.space().levels())
        .filter(s -> s.shape().dimension() == small.space().shape().dimension())
        .filter(s -> s.shape().size() >= (long) LARGER * small.size())
        .findFirst()
        .map(s -> FamilyFunctions.all(new FamilyOnSpace(family, s), "few numbers"))
        .orElse(List.of());
  }
}
