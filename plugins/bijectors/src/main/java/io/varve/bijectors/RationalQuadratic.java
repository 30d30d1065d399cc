package io.varve.bijectors;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.function.Function;

/**
 * Monotone rational-quadratic splines with linear tails (Durkan et al., 2019, section 3.1), one for
 * each of T values of each row. They are computed on the unit square and reach from -bound to
 * bound.
 */
final class RationalQuadratic {
  /** Of widths and heights as shares of all, and of slopes: as in the program of the authors. */
  private static final double LEAST = 1e-3;

  /** Softplus of it and LEAST are the slope 1, that of the tails. */
  private static final double ONE = Math.log(Math.expm1(1 - LEAST));

  /** Below the square of any slope over its bin's; only rounding gets there. */
  private static final double TINY = 1e-12;

  private final double bound;
  private final NDArray widths;
  private final NDArray heights;
  private final NDArray left;
  private final NDArray bottom;
  private final NDArray slopesLeft;
  private final NDArray slopesRight;

  /**
   * The splines of any numbers.
   *
   * @param widths [B, T, bins]; equal ones mean equal widths
   * @param heights [B, T, bins]
   * @param slopes at the inner knots, [B, T, bins - 1]; zero means a slope of 1
   */
  RationalQuadratic(NDArray widths, NDArray heights, NDArray slopes, double bound) {
    this.bound = bound;
    this.widths = shares(widths);
    this.heights = shares(heights);
    this.left = this.widths.cumSum(2).sub(this.widths);
    this.bottom = this.heights.cumSum(2).sub(this.heights);
    NDArray inner = softplus(slopes.add(constant(slopes, ONE))).add(constant(slopes, LEAST));
    NDArray ends = slopes.get(":, :, :1").onesLike();
    this.slopesLeft = ends.concat(inner, 2);
    this.slopesRight = inner.concat(ends, 2);
  }

  private static NDArray shares(NDArray raw) {
    long bins = raw.getShape().get(2);
    NDArray share = raw.softmax(2).mul(constant(raw, 1 - LEAST * bins));
    return share.add(constant(raw, LEAST));
  }

  /** The bin of each value, by what it needs: each [B, T]. */
  private record Bin(NDArray x0, NDArray w, NDArray y0, NDArray h, NDArray d0, NDArray d1) {
    /** The slope of its diagonal. */
    NDArray s() {
      return h.div(w);
    }

    /** d1 + d0 - 2 s. */
    NDArray bend() {
      NDArray s = s();
      return d1.add(d0).sub(s).sub(s);
    }
  }

  /** By counting the knots at or below a value, all but the first. */
  private Bin bin(NDArray v, NDArray knots) {
    NDArray reached = v.expandDims(2).gte(knots.get(":, :, 1:"));
    NDArray index = reached.toType(DataType.INT64, false).sum(new int[] {2}, true);
    Function<NDArray, NDArray> of = each -> each.gather(index, 2).squeeze(2);
    return new Bin(
        of.apply(left),
        of.apply(widths),
        of.apply(bottom),
        of.apply(heights),
        of.apply(slopesLeft),
        of.apply(slopesRight));
  }

  /** f(x) and log f'(x), each [B, T]: equations 4 and 5. */
  NDList forward(NDArray x) {
    NDArray v = unit(x);
    Bin bin = bin(v, left);
    NDArray t = v.sub(bin.x0()).div(bin.w());
    NDArray rise = t.square().mul(bin.s()).add(bin.d0().mul(t).mul(rest(t)));
    NDArray y = bin.y0().add(bin.h().mul(rise).div(below(bin, t)));
    return within(x, y, logSlope(bin, t));
  }

  /** f⁻¹(y) and the log of its slope: the root of equation 6 that lies in the bin. */
  NDList inverse(NDArray y) {
    NDArray v = unit(y);
    Bin bin = bin(v, bottom);
    NDArray e = v.sub(bin.y0()).div(bin.h());
    NDArray s = bin.s();
    NDArray bent = e.mul(bin.bend());
    NDArray a = bent.add(s).sub(bin.d0());
    NDArray b = bin.d0().sub(bent);
    NDArray minusC = s.mul(e); // of a t² + b t + c = 0
    NDArray twice = constant(y, 2);
    NDArray square = b.square().add(a.mul(minusC).mul(constant(y, 4)));
    NDArray root = square.maximum(constant(y, TINY)).sqrt();
    NDArray t = minusC.mul(twice).div(b.add(root));
    NDArray x = bin.x0().add(bin.w().mul(t));
    return within(y, x, logSlope(bin, t).neg());
  }

  /** 1 - t. */
  private static NDArray rest(NDArray t) {
    return constant(t, 1).sub(t);
  }

  /** s + (d1 + d0 - 2 s) t (1 - t). */
  private static NDArray below(Bin bin, NDArray t) {
    return bin.s().add(bin.bend().mul(t).mul(rest(t)));
  }

  private static NDArray logSlope(Bin bin, NDArray t) {
    NDArray s = bin.s();
    NDArray u = rest(t);
    NDArray above =
        bin.d1()
            .mul(t.square())
            .add(s.mul(t).mul(u).mul(constant(t, 2)))
            .add(bin.d0().mul(u.square()));
    NDArray ratio = s.div(below(bin, t));
    return ratio.log().mul(constant(t, 2)).add(above.log());
  }

  /** From (-bound, bound) to the unit interval, and its ends where x lies beyond. */
  private NDArray unit(NDArray x) {
    NDArray inside = clip(x, -bound, bound);
    return inside.div(constant(x, 2 * bound)).add(constant(x, 0.5));
  }

  /** The spline's value and slope inside of the bounds; the value itself on and beyond them. */
  private NDList within(NDArray x, NDArray unit, NDArray logSlope) {
    NDArray inside = x.abs().lt(constant(x, bound));
    NDArray value = unit.sub(constant(x, 0.5)).mul(constant(x, 2 * bound));
    return new NDList(
        NDArrays.where(inside, value, x), NDArrays.where(inside, logSlope, logSlope.zerosLike()));
  }
}
