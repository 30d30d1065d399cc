package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.bijectors.AffineCoupling.Part;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/**
 * RealNVP on images [C, H, W] (Dinh et al., 2017): couplings on a checkerboard, couplings of
 * channels on the squeezed image [4C, H/2, W/2], and, with half of the image factored out in the
 * paper's alternative order, couplings on a checkerboard of the other half [2C, H/2, W/2]; the
 * factored half goes through as it is (section 3.6).
 *
 * <p>It is the flow of a prior: {@code inverse}, from the variable to the base, is Dinh's f, with
 * couplings v = (y + t) e^s. The scale s = bound · tanh(·) is held within a learned bound a
 * channel, 1 at the start (section 4.1), as in the program of Gatopoulos &amp; Tomczak (2021).
 *
 * @param network gives s and t of each coupling from what it does not change, and from the context
 *     where there is one; each coupling has its own. A plain {@code densenet} is that of the
 *     program
 * @param checkerboard how many couplings on the image; 3 as in the program
 * @param channel how many on the squeezed image; 3 as in the program
 * @param factored how many on the half that is not factored out; 4 as in the program
 */
@Extension
@Named(
    value = "realnvp",
    examples = {
      "{network: {type: mlp, hidden: [8], activation: tanh}, checkerboard: 1, channel: 1, factored: 1}",
      "{network: {type: mlp, hidden: []}, checkerboard: 2, channel: 0, factored: 0}"
    })
public record RealNvp(
    @Default("{type: densenet}") Network network,
    @Default("3") int checkerboard,
    @Default("3") int channel,
    @Default("4") int factored)
    implements Bijector {

  /** Checks the keys. */
  public RealNvp {
    if (checkerboard < 0 || channel < 0 || factored < 0) {
      throw new IllegalArgumentException(
          "'realnvp' cannot have %d, %d and %d couplings; 'checkerboard', 'channel' and 'factored' are at least 0"
              .formatted(checkerboard, channel, factored));
    }
    if (checkerboard == 0 && channel == 0 && factored == 0) {
      throw new IllegalArgumentException(
          "'realnvp' has no couplings with 'checkerboard', 'channel' and 'factored' of 0; give one of them at least 1");
    }
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (event.dimension() != 3) {
      throw new IllegalArgumentException(
          "'realnvp' maps images [C, H, W], but this event has the shape %s".formatted(event));
    }
    boolean even = event.get(1) % 2 == 0 && event.get(2) % 2 == 0;
    if (!even && channel + factored > 0) {
      throw new IllegalArgumentException(
          "'realnvp' halves the sides of %s, which are not even; set 'channel' and 'factored' to 0"
              .formatted(event));
    }
    Shape half = new Shape(2 * event.get(0), event.get(1) / 2, event.get(2) / 2);
    Shape squeezed = new Shape(4 * event.get(0), event.get(1) / 2, event.get(2) / 2);
    Couplings couplings = new Couplings(network, site, context);
    List<Bijection> toBase = new ArrayList<>();
    toBase.addAll(couplings.of("checkerboard", checkerboard, event, Part.EVEN, Part.ODD));
    if (channel > 0) {
      List<Bijection> inner = couplings.of("channel", channel, squeezed, Part.FIRST, Part.SECOND);
      toBase.add(new Squeezed(Chain.toBase(inner)));
    }
    if (factored > 0) {
      List<Bijection> inner = couplings.of("factored", factored, half, Part.EVEN, Part.ODD);
      toBase.add(new Squeezed.Half(Chain.toBase(inner)));
    }
    return Chain.toBase(toBase);
  }

  /** Makes couplings at one place of a model. */
  private record Couplings(Network network, Site site, List<Shape> context) {
    /** Couplings that change the two parts of an event in turn. */
    List<Bijection> of(String stage, int count, Shape event, Part first, Part second) {
      if (count > 0 && first.ofPixels() && event.get(1) * event.get(2) < 2) {
        throw new IllegalArgumentException(
            "'realnvp' has %d '%s' couplings on images of %s, whose checkerboard has one colour only; set '%s' to 0"
                .formatted(count, stage, event, stage));
      }
      List<Bijection> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Part part = i % 2 == 0 ? first : second;
        String name = stage + i;
        Site at = new Site(site.path() + "." + name, 31 * site.seed() + name.hashCode());
        Shape read = AffineCoupling.read(part, event);
        List<Shape> inputs = new ArrayList<>(List.of(read));
        inputs.addAll(context);
        Block block = network.build(at, inputs, List.of(read, read));
        all.add(new AffineCoupling(part, event, block));
      }
      return all;
    }
  }
}
