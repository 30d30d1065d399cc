package io.varve.conformance;

import ai.djl.ndarray.types.DataType;
import io.varve.conformance.Member.Place;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rules P1 and on, for priors. */
final class PriorContract extends DensityContract {
  PriorContract(Subject subject) {
    super(subject);
  }

  /** A latent is real: what a family that is a likelihood too does on levels is L's to say. */
  @Override
  List<Space> accepted() {
    List<Space> real = super.accepted().stream().filter(s -> s.levels() == 0).toList();
    require(!real.isEmpty(), "it refuses every space of real numbers, which is what latents are");
    return real;
  }

  @Rule
  public void p6_reparameterisedMeansGradientsThroughDraws() {
    boolean says = ((Prior) family).reparameterised();
    for (Member member : members()) {
      if (member.needs().isEmpty()) {
        throw new NotApplicable("it has no parameters");
      }
      Index index = Index.random(member.needs(), ROWS, 71);
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
