package io.varve.transforms;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import org.pf4j.Extension;

/**
 * Fewer levels: v of L becomes floor(v · 2^bits / L), so that 256 levels lose their lowest bits and
 * every new level stands for as many old ones, one more or less.
 *
 * @param bits the logarithm of the levels left, 1 to 8
 */
@Extension
@Named(
    value = "quantize",
    examples = {"{bits: 1}", "{bits: 5}"})
public record Quantize(int bits) implements Transform {
  public Quantize {
    if (bits < 1 || bits > 8) {
      throw new IllegalArgumentException("bits: expected 1 to 8, got %d".formatted(bits));
    }
  }

  @Override
  public NDArray apply(NDArray x, Space space) {
    requireLevels(space);
    // v · 2^bits is whole: half more keeps the quotient clear of the whole numbers it rounds to
    return x.mul(constant(x, levels()))
        .add(constant(x, 0.5))
        .div(constant(x, space.levels()))
        .floor();
  }

  @Override
  public Space space(Space x) {
    requireLevels(x);
    return new Space(x.shape(), levels());
  }

  private int levels() {
    return 1 << bits;
  }

  private void requireLevels(Space x) {
    if (x.levels() < levels()) {
      throw new IllegalArgumentException(
          "'quantize' to %d bits needs a variable of at least %d levels, but this one has %s"
              .formatted(bits, levels(), x.levels() == 0 ? "real values" : x.levels()));
    }
  }
}
