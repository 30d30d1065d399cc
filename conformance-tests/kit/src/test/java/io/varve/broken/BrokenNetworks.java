package io.varve.broken;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.pf4j.Extension;

/** Networks with a mistake, each in a linear map that is sound without it. */
public final class BrokenNetworks {
  private BrokenNetworks() {}

  /** Delivers the scale before the location. */
  @Breaks("N1")
  @Named("swapped-outputs")
  @Extension
  public record SwappedOutputs() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      List<Shape> reversed = new ArrayList<>(outputs);
      Collections.reverse(reversed);
      return new LinearBlock(inputs, reversed);
    }
  }

  /** Leaves images flat. */
  @Breaks("N1")
  @Named("flat-outputs")
  @Extension
  public record FlatOutputs() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs.stream().map(s -> new Shape(s.size())).toList());
    }
  }

  /** Takes for granted that there is an input. */
  @Breaks("N2")
  @Named("presuming")
  @Extension
  public record Presuming() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(List.of(inputs.get(0)), List.of(outputs.get(0)));
    }
  }

  /** Reads a bias that the block does not know. */
  @Breaks("N3")
  @Named("unlisted-bias")
  @Extension
  public record UnlistedBias() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      long size = outputs.stream().mapToLong(Shape::size).sum();
      Parameter bias = LinearBlock.parameter("bias", Initializer.ZEROS, new Shape(size));
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.add(store.getValue(bias, y.getDevice(), training));
        }
      };
    }
  }

  /** Numbers its parameters throughout the process. */
  @Breaks("N3")
  @Named("numbered-names")
  @Extension
  public record NumberedNames() implements Network {
    private static final AtomicInteger COUNT = new AtomicInteger();

    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs, "weight" + COUNT.getAndIncrement(), 0.3f);
    }
  }

  /** Draws an order of the inputs from the clock. */
  @Breaks("N4")
  @Named("random-order")
  @Extension
  public record RandomOrder() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      Random random = new Random();
      return new LinearBlock(inputs, outputs) {
        private final float[] signs = signs(random, in);

        @Override
        NDArray before(NDArray x) {
          return x.mul(x.getManager().create(signs).toType(x.getDataType(), false));
        }
      };
    }

    private static float[] signs(Random random, long size) {
      float[] signs = new float[(int) size];
      for (int i = 0; i < signs.length; i++) {
        signs[i] = (float) random.nextGaussian();
      }
      return signs;
    }
  }

  /** Draws a fixed mask from the engine's generator at the first pass. */
  @Breaks("N4")
  @Named("engine-mask")
  @Extension
  public record EngineMask() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        private float[] mask;

        @Override
        NDArray before(NDArray x) {
          if (mask == null) {
            mask = x.getManager().randomNormal(new Shape(in)).toFloatArray();
          }
          return x.mul(x.getManager().create(mask).toType(x.getDataType(), false));
        }
      };
    }
  }

  /** Keeps one block for every pair of shapes. */
  @Breaks("N5")
  @Named("cached")
  @Extension
  public record Cached() implements Network {
    private static final Map<String, Block> BLOCKS = new ConcurrentHashMap<>();

    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return BLOCKS.computeIfAbsent(
          inputs + " " + outputs, shapes -> new LinearBlock(inputs, outputs));
    }
  }

  /** Ties its weights to those of every other block of its size. */
  @Breaks("N5")
  @Named("tied-weights")
  @Extension
  public record TiedWeights() implements Network {
    private static final Map<Shape, Parameter> SCALES = new ConcurrentHashMap<>();

    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        private final Parameter scale =
            addParameter(
                SCALES.computeIfAbsent(
                    new Shape(out), shape -> parameter("scale", Initializer.ONES, shape)));

        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.mul(store.getValue(scale, y.getDevice(), training));
        }
      };
    }
  }

  /** Updates its running mean in evaluation too. */
  @Breaks("N6")
  @Named("restless-norm")
  @Extension
  public record RestlessNorm() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        private final Parameter mean =
            addParameter(
                Parameter.builder()
                    .setName("runningMean")
                    .setType(Parameter.Type.RUNNING_MEAN)
                    .optShape(new Shape(out))
                    .build());

        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          NDArray running = store.getValue(mean, y.getDevice(), training);
          NDArray batch = y.stopGradient().mean(new int[] {0});
          NDArray moved = running.add(batch.sub(running).mul(constant(y, 0.1)));
          running.set(new NDIndex("..."), moved);
          return y.sub(training ? batch : running);
        }
      };
    }
  }

  /** Drops in evaluation as in training. */
  @Breaks("N6")
  @Named("ever-dropping")
  @Extension
  public record EverDropping() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return Dropout.dropout(y, 0.5f, true).singletonOrThrow();
        }
      };
    }
  }

  /** Starts with weights of deviation one, layer upon layer. */
  @Breaks("N7")
  @Named("exploding")
  @Extension
  public record Exploding() implements Network {
    private static final int DEPTH = 6;

    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs, "weight", 1) {
        private final List<Parameter> layers = layers();

        private List<Parameter> layers() {
          List<Parameter> layers = new ArrayList<>();
          for (int i = 0; i < DEPTH; i++) {
            layers.add(add("layer" + i, new NormalInitializer(1), new Shape(out, out)));
          }
          return layers;
        }

        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          NDArray h = y;
          for (Parameter layer : layers) {
            NDArray w = store.getValue(layer, y.getDevice(), training);
            h = Activation.leakyRelu(h.matMul(w), 0.5f);
          }
          return h;
        }
      };
    }
  }
}
