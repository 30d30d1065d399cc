package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Hierarchy;
import io.varve.spi.Likelihood;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A component of each kind that breaks its contract in the way its key {@code does} says. */
public final class Faulty {
  public static final List<Class<? extends Component>> ALL =
      List.of(OfTransform.class, OfBijector.class, OfFamily.class, OfNetwork.class);

  private Faulty() {}

  /** Passes an array on, broken in the way asked for. */
  private static NDArray broken(String does, NDArray x, NDArray good) {
    return switch (does) {
      case "null" -> null;
      case "throw" -> throw new UnsupportedOperationException("not\nyet");
      case "shape" -> good.expandDims(1);
      case "type" -> good.toType(DataType.FLOAT64, true);
      case "rows" -> good.get("0:1");
      case "change" -> {
        x.addi(Ops.constant(x, 1));
        yield good;
      }
      default -> good;
    };
  }

  @Named("faulty")
  record OfTransform(String does) implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      return broken(does, x, x.duplicate());
    }

    @Override
    public Space space(Space x) {
      return switch (does) {
        case "no space" -> null;
        case "empty space" -> new Space(new Shape(0), 2);
        case "shapeless" -> new Space(null, 2);
        case "throw in space" -> throw new IndexOutOfBoundsException("axis 7");
        case "refuse" -> throw new IllegalArgumentException("wants three axes");
        default -> x;
      };
    }
  }

  @Named("faulty")
  record OfBijector(String does) implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      return does.equals("no bijection") ? null : new Faults(does);
    }

    private record Faults(String does) implements Bijection {
      @Override
      public Mapped forward(Pass pass, NDArray x, NDList context) {
        NDArray none = Ops.sumEvent(x.zerosLike());
        return switch (does) {
          case "no mapped" -> null;
          case "log-determinant" -> new Mapped(x.duplicate(), x.zerosLike());
          case "no log-determinant" -> new Mapped(x.duplicate(), null);
          default -> new Mapped(broken(does, x, x.duplicate()), none);
        };
      }

      @Override
      public Mapped inverse(Pass pass, NDArray y, NDList context) {
        return forward(pass, y, context);
      }

      @Override
      public List<ai.djl.nn.Parameter> parameters() {
        return does.equals("null in parameters")
            ? Arrays.asList((ai.djl.nn.Parameter) null)
            : List.of();
      }
    }
  }

  @Named("faulty")
  record OfFamily(String in, String does) implements Prior, Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return switch (in + " " + does) {
        case "parameters null" -> null;
        case "parameters part" -> List.of(new Parameters(event.shape(), null));
        default -> List.of(new Parameters(event.shape(), Initializer.ZEROS));
      };
    }

    @Override
    public boolean reparameterised() {
      if (in.equals("reparameterised")) {
        throw new IllegalStateException("who knows");
      }
      return true;
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return in.equals("of") ? null : new Point(this, pass, event, parameters.head());
    }

    private NDArray at(String method, NDArray x, NDArray good) {
      return in.equals(method) ? broken(does, x, good) : good;
    }

    private record Point(OfFamily family, Pass pass, Space event, NDArray loc)
        implements Distribution {
      @Override
      public Draw draw() {
        NDArray value = pass.noise().normal(event.shape()).add(loc);
        NDArray good = Ops.sumEvent(value.zerosLike());
        return new Draw(family.at("draw", loc, value), family.at("density", loc, good));
      }

      @Override
      public NDArray logProb(NDArray value) {
        NDArray good = Ops.sumEvent(value.sub(loc).square().neg());
        return family.at("logProb", value, good);
      }

      @Override
      public NDArray mode() {
        return family.at("mode", loc, loc.duplicate());
      }

      @Override
      public Optional<NDArray> kl(Distribution other) {
        if (!(other instanceof Point)) {
          throw new IllegalStateException("closed forms must meet the other's own type");
        }
        return family.in.equals("kl")
            ? Optional.ofNullable(broken(family.does, loc, Ops.sumEvent(loc.square())))
            : Optional.empty();
      }
    }
  }

  @Named("faulty")
  record OfNetwork(String does) implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      return does.equals("no block")
          ? null
          : new LambdaBlock(arrays -> new NDList(broken(does, arrays.head(), arrays.head())), "f");
    }
  }

  public record OfHierarchy(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      if (nodes != null && nodes.isEmpty()) {
        throw new ArithmeticException("1 / 0");
      }
      return nodes;
    }
  }

  public record OfSchedule(double value) implements Schedule {
    @Override
    public double at(Progress progress) {
      if (progress.step() > 10) {
        throw new ArrayIndexOutOfBoundsException("step 11");
      }
      return value;
    }
  }
}
