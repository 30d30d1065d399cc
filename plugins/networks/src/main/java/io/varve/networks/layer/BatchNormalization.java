package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.BatchNorm;
import java.util.function.Consumer;

/**
 * Batch normalisation of the features of [B, F] or the channels of [B, F, H, W] (Ioffe &amp;
 * Szegedy, 2015): standardised by the batch in training and by running averages in evaluation, then
 * scaled and shifted.
 *
 * <p>Every pass in training moves the averages a tenth of the way to the batch, whose variance is
 * taken without bias. Several readers of one array may each have their own scale and shift.
 */
public final class BatchNormalization implements Layer {
  private static final float EPSILON = 1e-3f; // as Keras
  private static final float KEPT = 0.9f;
  private static final int CHANNELS = -1; // the engine's name for axis 1, without swapping axes

  private final Parameter mean;
  private final Parameter variance;
  private final Parameter scale;
  private final Parameter shift;

  /**
   * One for a single reader.
   *
   * @param owner the block the parameters belong to
   */
  public BatchNormalization(String name, long features, Consumer<Parameter> owner) {
    this(name, new Shape(features), owner);
  }

  /**
   * One for several readers.
   *
   * @param scales the shape of scale and shift: [F], or [T, F] for T readers
   */
  public BatchNormalization(String name, Shape scales, Consumer<Parameter> owner) {
    Shape features = new Shape(scales.tail());
    mean = add(name + ".mean", Parameter.Type.RUNNING_MEAN, features, owner);
    variance = add(name + ".variance", Parameter.Type.RUNNING_VAR, features, owner);
    scale = add(name + ".scale", Parameter.Type.GAMMA, scales, owner);
    shift = add(name + ".shift", Parameter.Type.BETA, scales, owner);
  }

  private static Parameter add(
      String name, Parameter.Type type, Shape shape, Consumer<Parameter> owner) {
    boolean trained = type == Parameter.Type.GAMMA || type == Parameter.Type.BETA;
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(type)
            .optShape(shape)
            .optRequiresGrad(trained)
            .build();
    owner.accept(parameter);
    return parameter;
  }

  /** Normalised for the single reader. */
  @Override
  public NDArray apply(Reading reading, NDArray x) {
    return normalised(reading, x, scale(reading), shift(reading));
  }

  /** Of mean 0 and variance 1, before any scale and shift. */
  public NDArray standardised(Reading reading, NDArray x) {
    NDArray like = reading.of(mean);
    NDArray ones = x.getManager().ones(like.getShape(), x.getDataType());
    NDArray zeros = x.getManager().zeros(like.getShape(), x.getDataType());
    return normalised(reading, x, ones, zeros);
  }

  /** The scale, [F], or [T, F] for T readers. */
  public NDArray scale(Reading reading) {
    return reading.of(scale);
  }

  /** The shift, [F], or [T, F] for T readers. */
  public NDArray shift(Reading reading) {
    return reading.of(shift);
  }

  private NDArray normalised(Reading reading, NDArray x, NDArray gamma, NDArray beta) {
    NDArray m = reading.of(mean);
    NDArray v = reading.of(variance);
    boolean training = reading.training();
    if (training && x.size() == m.size()) {
      throw new IllegalArgumentException(
          "batch normalisation cannot train on a single row of %s; set 'batch' to at least 2"
              .formatted(m.getShape()));
    }
    return BatchNorm.batchNorm(x, m, v, gamma, beta, CHANNELS, KEPT, EPSILON, training)
        .singletonOrThrow();
  }
}
