package io.varve.broken;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
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

  private static void requireBoth(List<Shape> inputs, List<Shape> outputs) {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException("needs at least one input and one output");
    }
  }

  /** All inputs side by side, one matrix, cut into the outputs. */
  private static class LinearBlock extends AbstractBlock {
    final List<Shape> outputs;
    final long in;
    final long out;
    final Parameter weight;

    LinearBlock(List<Shape> inputs, List<Shape> outputs) {
      this(inputs, outputs, "weight", 0.3f);
    }

    LinearBlock(List<Shape> inputs, List<Shape> outputs, String name, float deviation) {
      requireBoth(inputs, outputs);
      this.outputs = outputs;
      in = inputs.stream().mapToLong(Shape::size).sum();
      out = outputs.stream().mapToLong(Shape::size).sum();
      weight = add(name, new NormalInitializer(deviation), new Shape(in, out));
    }

    final Parameter add(String name, Initializer start, Shape shape) {
      return addParameter(parameter(name, start, shape));
    }

    static Parameter parameter(String name, Initializer start, Shape shape) {
      return Parameter.builder()
          .setName(name)
          .setType(Parameter.Type.OTHER)
          .optInitializer(start)
          .optShape(shape)
          .build();
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
      NDArray w = store.getValue(weight, inputs.head().getDevice(), training);
      return cut(after(store, before(flat(inputs)).matMul(w), training));
    }

    NDArray before(NDArray x) {
      return x;
    }

    NDArray after(ParameterStore store, NDArray y, boolean training) {
      return y;
    }

    static NDArray flat(NDList inputs) {
      NDList flat = new NDList();
      inputs.forEach(x -> flat.add(x.reshape(-1, x.getShape().slice(1).size())));
      return flat.size() == 1 ? flat.head() : NDArrays.concat(flat, 1);
    }

    NDList cut(NDArray y) {
      NDList cut = new NDList();
      long at = 0;
      for (Shape shape : outputs) {
        NDArray part = y.get(":, " + at + ":" + (at + shape.size()));
        cut.add(part.reshape(new Shape(-1).addAll(shape)));
        at += shape.size();
      }
      return cut;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      Shape batch = inputShapes[0].slice(0, 1);
      return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
    }
  }

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

  /** Normalises by the statistics of whatever batch it gets. */
  @Breaks("X5")
  @Named("batch-statistics")
  @Extension
  public record BatchStatistics() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.sub(y.mean(new int[] {0}, true));
        }
      };
    }
  }

  /** Skips its work for batches that look empty. */
  @Breaks({"X2", "X13"})
  @Named("peeping")
  @Extension
  public record Peeping() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.abs().sum().toType(DataType.FLOAT32, false).getFloat() == 0 ? y.zerosLike() : y;
        }
      };
    }
  }

  /** Adds a bias that gradients are kept from. */
  @Breaks({"X7", "X13"})
  @Named("detached-bias")
  @Extension
  public record DetachedBias() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        private final Parameter bias = add("bias", Initializer.ZEROS, new Shape(out));

        @Override
        NDArray after(ParameterStore store, NDArray y, boolean training) {
          return y.add(store.getValue(bias, y.getDevice(), training).stopGradient());
        }
      };
    }
  }

  /** Joins its inputs also where there is but one: DJL then gives a copy without a gradient. */
  @Breaks({"X7", "X13"})
  @Named("lone-concat")
  @Extension
  public record LoneConcat() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return new LinearBlock(inputs, outputs) {
        @Override
        NDArray before(NDArray x) {
          return NDArrays.concat(new NDList(x), 1);
        }
      };
    }
  }
}
