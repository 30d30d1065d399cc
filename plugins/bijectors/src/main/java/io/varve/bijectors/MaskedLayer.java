package io.varve.bijectors;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A linear layer in which a unit reads what its degree allows, and all of the context.
 *
 * @param weight [units, inputs]
 * @param context the weights of each context array, [units, size]; none in the layers above the
 *     first
 */
record MaskedLayer(Parameter weight, Parameter bias, List<Parameter> context, Mask mask) {

  /**
   * Which unit reads which input (Germain et al., 2015, equations 12 and 13).
   *
   * <p>The degrees are kept, and the mask is not: it would be as large as the weights, in every
   * checkpoint and every bundle.
   *
   * @param inputs degrees of what is read, [inputs]
   * @param units degrees of what reads, [units]
   * @param strictly whether a unit must have the larger degree, or one as large may do
   */
  record Mask(Parameter inputs, Parameter units, boolean strictly) {
    /** The weights, and zero where nothing is read. */
    NDArray on(Pass pass, NDArray weights) {
      NDArray reads = pass.value(units).expandDims(1);
      NDArray read = pass.value(inputs).expandDims(0);
      NDArray open = strictly ? reads.gt(read) : reads.gte(read);
      return NDArrays.where(open, weights, constant(weights, 0));
    }
  }

  /** The layer as a function of its input [B, inputs]; the mask and the context are done once. */
  UnaryOperator<NDArray> at(Pass pass, NDList given) {
    NDArray w = mask.on(pass, pass.value(weight));
    NDArray b = pass.value(bias);
    if (context.isEmpty()) {
      return h -> Linear.linear(h, w, b).singletonOrThrow();
    }
    NDArray read = b.expandDims(0);
    for (int i = 0; i < context.size(); i++) {
      NDArray v = pass.value(context.get(i));
      NDArray flat = given.get(i).reshape(-1, v.getShape().get(1));
      read = Linear.linear(flat, v).singletonOrThrow().add(read);
    }
    NDArray offset = read;
    return h -> Linear.linear(h, w).singletonOrThrow().add(offset);
  }

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(List.of(weight, bias));
    all.addAll(context);
    return all;
  }
}
