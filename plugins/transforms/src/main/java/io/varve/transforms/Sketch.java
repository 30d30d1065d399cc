package io.varve.transforms;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * A pencil drawing: the grey image dodged by its blurred inverse (Gatopoulos &amp; Tomczak, 2021,
 * section A.6). [3, H, W] or [1, H, W] becomes [1, H, W].
 *
 * <p>With g the grey level, top the highest one and b the blurred top - g, each on the grid, the
 * drawing is g · top / (top - b), rounded and at most top: white where g is no darker than its
 * surroundings.
 *
 * @param sigma the deviation of the blur in pixels, above 0 and at most 16
 * @param radius of the blur, at least 1; three deviations if absent
 */
@Extension
@Named(
    value = "sketch",
    examples = {"{}", "{sigma: 1.5, radius: 4}"})
public record Sketch(@Default("3") double sigma, Optional<Integer> radius) implements Transform {
  public Sketch {
    new GaussianBlur(sigma, radius); // refuses what it cannot work with
  }

  @Override
  public NDArray apply(NDArray x, Space space) {
    NDArray grey = space.shape().get(0) == 1 ? x : new Greyscale().apply(x, space);
    NDArray top = constant(x, space.levels() - 1.0);
    NDArray blurred = new GaussianBlur(sigma, radius).apply(top.sub(grey), space(space));
    NDArray rest = top.sub(blurred);
    // floor(g · top / rest + ½) as a quotient of whole numbers, half a one kept clear of ties;
    // where nothing rests that half makes it infinite: white, black amid black included
    NDArray twice = grey.mul(top).mul(constant(x, 2)).add(rest).add(constant(x, 0.5));
    return twice.div(rest.mul(constant(x, 2))).floor().minimum(top);
  }

  @Override
  public Space space(Space x) {
    Resampling.requireImage("sketch", x);
    if (x.shape().get(0) != 1 && x.shape().get(0) != 3) {
      throw new IllegalArgumentException(
          "'sketch' needs an image [3, H, W] or [1, H, W], but the variable has the shape %s"
              .formatted(x.shape()));
    }
    return new Space(new Shape(1).addAll(x.shape().slice(1)), x.levels());
  }
}
