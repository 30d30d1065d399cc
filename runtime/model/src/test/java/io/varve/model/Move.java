package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.List;

/**
 * y = x + by, which counts its calls in a buffer that starts at 5.
 *
 * @param forgets does not list what it reads
 */
@Named("move")
public record Move(@Default("false") boolean forgets) implements Bijector {
  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    Parameter by = parameter("by", event, true, Initializer.ZEROS);
    Parameter calls =
        parameter("calls", new Shape(), false, (m, s, t) -> m.full(s, 5f, DataType.FLOAT32));
    return new Bijection() {
      @Override
      public Mapped forward(Pass pass, NDArray x, NDList context) {
        return moved(pass, x, pass.value(by));
      }

      @Override
      public Mapped inverse(Pass pass, NDArray y, NDList context) {
        return moved(pass, y, pass.value(by).neg());
      }

      private Mapped moved(Pass pass, NDArray x, NDArray step) {
        if (pass.training()) {
          NDArray count = pass.value(calls);
          count.addi(Ops.constant(count, 1));
        }
        return new Mapped(x.add(step), Ops.sumEvent(x.zerosLike()));
      }

      @Override
      public List<Parameter> parameters() {
        return forgets ? List.of() : List.of(by, calls);
      }
    };
  }

  private static Parameter parameter(
      String name, Shape shape, boolean trained, Initializer initializer) {
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(Parameter.Type.OTHER)
            .optInitializer(initializer)
            .optRequiresGrad(trained)
            .build();
    parameter.setShape(shape);
    return parameter;
  }
}
