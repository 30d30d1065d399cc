package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.types.DataType;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Prior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rule that is about priors alone: P6. */
public final class PriorRules {
  private static final int ROWS = 5;

  private final FamilyProbes probes;

  PriorRules(FamilyProbes probes) {
    this.probes = probes;
  }

  @Rule
  void p6_reparameterisedMeansGradientsThroughDraws() {
    boolean says = ((Prior) probes.family()).reparameterised();
    for (FamilyOnSpace member : probes.members()) {
      if (member.needs().isEmpty()) {
        throw new NotApplicable("it has no parameters");
      }
      ParameterRows index = ParameterRows.random(member.needs(), ROWS, 71);
      Place place = new Place(index, DataType.FLOAT64, ROWS, 72);
      List<double[]> gradients = member.gradient(place, d -> d.draw().value());
      List<Integer> without = new ArrayList<>();
      for (int array = 0; array < gradients.size(); array++) {
        if (Arrays.stream(gradients.get(array)).allMatch(g -> g == 0)) {
          without.add(array);
        }
      }
      require(
          says == without.isEmpty(),
          says
              ? "reparameterised() is true, but draws on %s carry no gradient to parameter array(s) %s"
                  .formatted(member, without)
              : "reparameterised() is false, but draws on %s carry gradients to every parameter array"
                  .formatted(member));
    }
  }
}
