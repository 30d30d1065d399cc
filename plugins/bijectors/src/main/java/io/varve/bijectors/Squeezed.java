package io.varve.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/**
 * A bijection of [4C, H/2, W/2] as one of [C, H, W]: each 2 x 2 square of pixels becomes four
 * channels side by side (Dinh et al., 2017, section 3.5).
 */
record Squeezed(Bijection inner) implements Bijection {
  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    Mapped mapped = inner.forward(pass, squeeze(x), context);
    return new Mapped(unsqueeze(mapped.value()), mapped.logDet());
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    Mapped mapped = inner.inverse(pass, squeeze(y), context);
    return new Mapped(unsqueeze(mapped.value()), mapped.logDet());
  }

  @Override
  public List<Parameter> parameters() {
    return inner.parameters();
  }

  private static NDArray squeeze(NDArray x) {
    return Squares.apart(x, 0, 1, 3, 5, 2, 4);
  }

  private static NDArray unsqueeze(NDArray y) {
    Shape s = y.getShape();
    NDArray squares = y.reshape(-1, s.get(1) / 4, 2, 2, s.get(2), s.get(3));
    return Squares.together(squares.transpose(0, 1, 4, 2, 5, 3));
  }

  /** The 2 x 2 squares of an image. */
  static final class Squares {
    private Squares() {}

    /** [B, C, H, W] as [B, 4C, H/2, W/2], by an order of [B, C, H/2, 2, W/2, 2] with H, W last. */
    static NDArray apart(NDArray x, int... order) {
      Shape s = x.getShape();
      long height = s.get(2) / 2;
      long width = s.get(3) / 2;
      return x.reshape(-1, s.get(1), height, 2, width, 2)
          .transpose(order)
          .reshape(-1, 4 * s.get(1), height, width);
    }

    /** [B, C, H/2, 2, W/2, 2] as [B, C, H, W]. */
    static NDArray together(NDArray squares) {
      Shape s = squares.getShape();
      return squares.reshape(-1, s.get(1), 2 * s.get(2), 2 * s.get(4));
    }
  }

  /**
   * A bijection of half of an image, [2C, H/2, W/2], that leaves the other half as it is: of each
   * square the pixels of one diagonal, so that either half is a checkerboard (section 3.6 and
   * figure 3 with the alternative order of its program).
   */
  record Half(Bijection inner) implements Bijection {
    @Override
    public Mapped forward(Pass pass, NDArray x, NDList context) {
      NDList halves = apart(x);
      return together(inner.forward(pass, halves.get(0), context), halves.get(1));
    }

    @Override
    public Mapped inverse(Pass pass, NDArray y, NDList context) {
      NDList halves = apart(y);
      return together(inner.inverse(pass, halves.get(0), context), halves.get(1));
    }

    @Override
    public List<Parameter> parameters() {
      return inner.parameters();
    }

    /** The main diagonals [B, 2C, H/2, W/2] and the others. */
    private static NDList apart(NDArray x) {
      NDList corners = Squares.apart(x, 0, 3, 5, 1, 2, 4).split(4, 1);
      return new NDList(
          corners.get(0).concat(corners.get(3), 1), corners.get(1).concat(corners.get(2), 1));
    }

    private static Mapped together(Mapped main, NDArray other) {
      NDList onMain = main.value().split(2, 1);
      NDList onOther = other.split(2, 1);
      NDList corners = new NDList(onMain.get(0), onOther.get(0), onOther.get(1), onMain.get(1));
      Shape s = other.getShape();
      NDArray squares =
          NDArrays.concat(corners, 1).reshape(-1, 2, 2, s.get(1) / 2, s.get(2), s.get(3));
      return new Mapped(Squares.together(squares.transpose(0, 3, 4, 1, 5, 2)), main.logDet());
    }
  }
}
