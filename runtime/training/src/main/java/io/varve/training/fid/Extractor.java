package io.varve.training.fid;

import io.varve.inference.FeatureGraph;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import io.varve.inference.image.CubicResampling;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A feature network with what its input wants: images resized (antialiased cubic, not rounded),
 * scaled and laid out as it takes them. Grey is repeated for three channels; colour becomes luma
 * (ITU-R BT.601) for one.
 */
public final class Extractor implements AutoCloseable {
  /** A covariance is this squared, times eight bytes, and several of them are held. */
  private static final int MOST_FEATURES = 8192;

  private final Path file;
  private final Keys keys;
  private final FeatureGraph graph;
  private final boolean channelsLast;
  private final int channels;
  private final int fixedBatch;

  private Extractor(Path file, Keys keys, FeatureGraph graph) {
    this.file = file;
    this.keys = keys;
    this.graph = graph;
    List<Long> shape = graph.inputShape();
    boolean first = isChannels(shape.get(1));
    this.channelsLast = !first && isChannels(shape.get(3));
    if (!first && !channelsLast) {
      throw new IllegalArgumentException(
          "%s: takes %s, expected [B, 1 or 3, H, W] or [B, H, W, 1 or 3]".formatted(file, shape));
    }
    this.channels = shape.get(channelsLast ? 3 : 1).intValue();
    this.fixedBatch = (int) Math.max(0, shape.get(0));
    for (long side : sides()) {
      if (keys.size() > 0 && side > 0 && side != keys.size()) {
        throw new IllegalArgumentException(
            "--input-size: %d, but %s takes %s; leave it out".formatted(keys.size(), file, shape));
      }
    }
  }

  private static boolean isChannels(long dimension) {
    return dimension == 1 || dimension == 3;
  }

  /** The interval that pixels 0..255 are mapped to. */
  public enum Scale {
    /** 0..1. */
    UNIT(1 / 255f, 0),
    /** -1..1. */
    SYMMETRIC(2 / 255f, -1),
    /** 0..255, as they are. */
    BYTES(1, 0);

    private final float factor;
    private final float shift;

    Scale(float factor, float shift) {
      this.factor = factor;
      this.shift = shift;
    }
  }

  /**
   * What the file of an extractor does not say.
   *
   * @param size height and width to resize to, where the graph leaves them free; 0 keeps those of
   *     the images
   * @param scale the interval of its input
   * @param output the output that holds the features; empty where there is but one
   */
  public record Keys(int size, Scale scale, String output) {
    /** Checks the size. */
    public Keys {
      if (size < 0) {
        throw new IllegalArgumentException("--input-size: %d, expected at least 1".formatted(size));
      }
    }

    /** One line that two sets of statistics must share to be comparable. */
    String described() {
      return String.format(Locale.ROOT, "size %d, scale %s, output '%s'", size, scale, output);
    }
  }

  /**
   * Opens an extractor.
   *
   * @throws IllegalArgumentException one line: if the file cannot be used, or the keys do not fit
   */
  public static Extractor open(Path file, Keys keys, InferenceOptions options) {
    FeatureGraph graph = FeatureGraph.open(file, keys.output(), options);
    try {
      return new Extractor(file, keys, graph);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** Tells networks apart; see {@link FeatureGraph#sha256()}. */
  public String sha256() {
    return graph.sha256();
  }

  /** What it was opened with. */
  public Keys keys() {
    return keys;
  }

  /**
   * The features of some images.
   *
   * @param images uint8, end to end
   * @param shape of one image, [C, H, W]
   * @return [B, F]
   */
  public Tensor features(byte[] images, int[] shape) {
    int[] to = size(shape);
    int image = shape[0] * shape[1] * shape[2];
    int rows = images.length / image;
    if (fixedBatch == 0) {
      return checked(graph.features(prepared(images, shape, to, rows)));
    }
    float[] all = null;
    int perRow = 0;
    for (int from = 0; from < rows; from += fixedBatch) {
      int count = Math.min(fixedBatch, rows - from);
      byte[] some = new byte[fixedBatch * image]; // the last images may be black, and are left out
      System.arraycopy(images, from * image, some, 0, count * image);
      Tensor features = checked(graph.features(prepared(some, shape, to, fixedBatch)));
      perRow = (int) features.shape()[1];
      all = all == null ? new float[rows * perRow] : all;
      System.arraycopy(features.values(), 0, all, from * perRow, count * perRow);
    }
    return new Tensor(new long[] {rows, perRow}, all);
  }

  private Tensor checked(Tensor features) {
    if (features.shape()[1] > MOST_FEATURES) {
      throw new IllegalArgumentException(
          "%s: gives %d features an image, expected at most %d; pool them, or name another output"
              .formatted(file, features.shape()[1], MOST_FEATURES));
    }
    return features;
  }

  private List<Long> sides() {
    return graph.inputShape().subList(channelsLast ? 1 : 2, channelsLast ? 3 : 4);
  }

  /** Height and width of its input for images of some shape. */
  private int[] size(int[] shape) {
    int[] to = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      long fixed = sides().get(axis);
      to[axis] = fixed > 0 ? (int) fixed : keys.size() > 0 ? keys.size() : shape[axis + 1];
    }
    return to;
  }

  private Tensor prepared(byte[] images, int[] shape, int[] to, int rows) {
    int plane = shape[1] * shape[2];
    int area = to[0] * to[1];
    CubicResampling resampling = new CubicResampling(shape[1], shape[2], to[0], to[1]);
    float[] values = new float[Math.multiplyExact(rows * channels, area)];
    float[] planes = new float[shape[0] * area];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < shape[0]; c++) {
        resampling.apply(images, (row * shape[0] + c) * plane, planes, c * area);
      }
      for (int c = 0; c < channels; c++) {
        int start = row * channels * area + (channelsLast ? c : c * area);
        for (int i = 0; i < area; i++) {
          float pixel = pixel(planes, c, i, area);
          values[start + (channelsLast ? i * channels : i)] =
              pixel * keys.scale().factor + keys.scale().shift;
        }
      }
    }
    return channelsLast
        ? new Tensor(new long[] {rows, to[0], to[1], channels}, values)
        : new Tensor(new long[] {rows, channels, to[0], to[1]}, values);
  }

  /** One pixel of a channel that the network reads, from the channels that there are. */
  private float pixel(float[] planes, int channel, int i, int area) {
    int found = planes.length / area;
    if (found == channels) {
      return planes[channel * area + i];
    }
    return found == 1
        ? planes[i]
        : 0.299f * planes[i] + 0.587f * planes[area + i] + 0.114f * planes[2 * area + i];
  }

  @Override
  public void close() {
    graph.close();
  }
}
