package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Mapped;
import io.varve.spi.Noise;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import java.util.Optional;

/**
 * How stored bytes become the model's x: the same arithmetic in training, evaluation and every
 * exported graph.
 *
 * @param binarize how 256 levels become two
 * @param dequantize whether to add uniform noise and divide by 256, so that x is continuous in (0,
 *     1) (Theis et al., 2016)
 * @param logit alpha, where x = logit(alpha + (1 - 2 alpha) v) of a dequantised v (Papamakarios et
 *     al., 2017)
 */
public record Encoding(
    @Default("none") Binarize binarize,
    @Default("false") boolean dequantize,
    Optional<Double> logit) {

  /** How 256 levels become two. */
  public enum Binarize {
    /** They stay as they are. */
    NONE,
    /** A pixel is 1 with probability value/255, drawn anew each time an image is seen. */
    DYNAMIC,
    /** A pixel is 1 where its value is at least 128. */
    THRESHOLD
  }

  /** Refuses combinations without meaning. */
  public Encoding {
    if (binarize != Binarize.NONE && (dequantize || logit.isPresent())) {
      throw new IllegalArgumentException(
          "'binarize' and 'dequantize' exclude each other; keep one of them");
    }
    if (logit.isPresent() && !dequantize) {
      throw new IllegalArgumentException("'logit' needs 'dequantize: true'");
    }
    if (logit.isPresent() && !(logit.get() > 0 && logit.get() < 0.5)) {
      throw new IllegalArgumentException("'logit' must lie in (0, 0.5), not " + logit.get());
    }
  }

  /** The space of x for stored images [C, H, W] of 256 levels. */
  public Space space(Shape stored) {
    return new Space(stored, binarize != Binarize.NONE ? 2 : dequantize ? 0 : 256);
  }

  /**
   * The stream that encoding draws from: importance samples of one image share its noise, so that
   * they are samples for one x.
   */
  public static final String STREAM = "noise.data";

  /** Stored bytes as x with noise from the run's {@link #STREAM}. */
  public Mapped encode(Run run, NDArray bytes) {
    return encode(run.at("data").noise(), bytes);
  }

  /**
   * A bound [B] in bits per stored value: -(bound + logDet) / (D ln 2).
   *
   * @param bound nats, of x
   * @param logDet of {@link #encode}, [B] nats
   * @param stored the shape of an image; D is its size
   */
  public NDArray bitsPerDim(NDArray bound, NDArray logDet, Shape stored) {
    NDArray nats = bound.add(logDet).neg();
    return nats.div(Ops.constant(nats, stored.size() * Math.log(2)));
  }

  /**
   * Stored bytes [B, C, H, W] as x, and what to add to a log-density of x for that of the bytes,
   * [B] nats.
   */
  public Mapped encode(Noise noise, NDArray bytes) {
    NDArray values = bytes.toType(DataType.FLOAT32, false);
    Shape event = bytes.getShape().slice(1);
    return switch (binarize) {
      case DYNAMIC -> exact(values.gt(noise.uniform(event).mul(Ops.constant(values, 255))), values);
      case THRESHOLD -> exact(values.gte(Ops.constant(values, 128)), values);
      case NONE -> dequantize ? dequantized(values, noise.uniform(event)) : exact(values, values);
    };
  }

  private static Mapped exact(NDArray x, NDArray like) {
    NDArray value = x.toType(DataType.FLOAT32, false);
    return new Mapped(value, Ops.sumEvent(like.zerosLike()));
  }

  private Mapped dequantized(NDArray values, NDArray noise) {
    NDArray v = values.add(noise).div(Ops.constant(values, 256));
    NDArray perPixel = v.zerosLike().sub(Ops.constant(v, Math.log(256)));
    if (logit.isEmpty()) {
      return new Mapped(v, Ops.sumEvent(perPixel));
    }
    double alpha = logit.get();
    NDArray squeezed = v.mul(Ops.constant(v, 1 - 2 * alpha)).add(Ops.constant(v, alpha));
    NDArray log = squeezed.log();
    NDArray logRest = Ops.constant(v, 1).sub(squeezed).log();
    NDArray logSlope = Ops.constant(v, Math.log(1 - 2 * alpha)).sub(log).sub(logRest);
    return new Mapped(log.sub(logRest), Ops.sumEvent(perPixel.add(logSlope)));
  }

  /**
   * x as pixels to look at, 0..255, [B, C, H, W]. It undoes the encoding, except for the noise, and
   * holds values beyond black or white there.
   */
  public NDArray display(NDArray x) {
    if (binarize != Binarize.NONE) {
      return x.mul(Ops.constant(x, 255));
    }
    if (!dequantize) {
      return x;
    }
    NDArray v = x;
    if (logit.isPresent()) {
      double alpha = logit.get();
      NDArray one = Ops.constant(x, 1);
      NDArray sigmoid = one.div(one.add(x.neg().exp()));
      v = sigmoid.sub(Ops.constant(x, alpha)).div(Ops.constant(x, 1 - 2 * alpha));
    }
    return Ops.clip(v.mul(Ops.constant(x, 256)).sub(Ops.constant(x, 0.5)), 0, 255);
  }
}
