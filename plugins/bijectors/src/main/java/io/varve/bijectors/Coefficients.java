package io.varve.bijectors;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Pass;
import java.util.List;

/** Where the encoded d, u and the shift of a {@link Rank1Map} come from, each [B or 1, D]. */
sealed interface Coefficients {
  NDList at(Pass pass, NDList context);

  List<Parameter> parameters();

  /** What a block makes of the context. */
  record FromContext(Block block) implements Coefficients {
    @Override
    public NDList at(Pass pass, NDList context) {
      return pass.run(block, context);
    }

    @Override
    public List<Parameter> parameters() {
      return block.getParameters().values();
    }
  }

  /**
   * Constants that start at d = 1, shift = 0 and a small u: at u = 0 its gradient would be zero.
   */
  record LearnedConstants(List<Parameter> parameters) implements Coefficients {
    private static final float D_IS_ONE = (float) Math.log(Math.E - 1); // softplus of it is 1
    private static final float SMALL = 0.1f;

    LearnedConstants(Shape event) {
      this(
          List.of(
              parameter("scale", event, new ConstantInitializer(D_IS_ONE)),
              parameter("direction", event, new NormalInitializer(SMALL)),
              parameter("shift", event, Initializer.ZEROS)));
    }

    private static Parameter parameter(String name, Shape shape, Initializer start) {
      return Parameter.builder()
          .setName(name)
          .setType(Parameter.Type.OTHER)
          .optShape(shape)
          .optInitializer(start)
          .build();
    }

    @Override
    public NDList at(Pass pass, NDList context) {
      NDList rows = new NDList();
      parameters.forEach(p -> rows.add(pass.value(p).expandDims(0)));
      return rows;
    }
  }
}
