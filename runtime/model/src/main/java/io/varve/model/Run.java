package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.HashMap;
import java.util.Map;

/**
 * One evaluation of a whole model; make a new one for every evaluation.
 *
 * <p>It hands each variable a {@link Pass} whose draws come from streams {@code noise.z}, {@code
 * noise.z.1}, ... in the order z asks for them: first the draw of z itself, from q in {@link
 * Model#bound}, {@link Model#logWeight} and {@link Model#infer}, from p in {@link Model#generate},
 * then whatever a flow adds. The streams of z do not depend on what other variables draw or when,
 * so with one noise source bound, importance weight and inference see the same z.
 */
public final class Run {
  private final NDManager manager;
  private final ParameterStore parameters;
  private final boolean training;
  private final NoiseSource noise;
  private final Map<String, Integer> drawn = new HashMap<>();

  /**
   * A run over these parameters and this noise.
   *
   * @param manager owns the arrays the run creates
   * @param training whether dropout, batch norm and the like behave as in training
   */
  public Run(NDManager manager, ParameterStore parameters, boolean training, NoiseSource noise) {
    this.manager = manager;
    this.parameters = parameters;
    this.training = training;
    this.noise = noise;
  }

  /** Owns the arrays this run creates. */
  public NDManager manager() {
    return manager;
  }

  /** Where this run's parameters come from. */
  ParameterStore parameters() {
    return parameters;
  }

  /**
   * The same values on this run's manager. DJL puts a result on the manager of its left operand, so
   * what is computed from them is then freed with the run.
   */
  NDArray own(NDArray array) {
    if (array.getManager() == manager) {
      return array;
    }
    NDArray view = array.reshape(new Shape(-1).addAll(array.getShape().slice(1)));
    view.attach(manager);
    return view;
  }

  /** The pass in which a variable's distributions and networks are evaluated. */
  public Pass at(String variable) {
    return new Pass(manager, parameters, training, new Streams(variable));
  }

  private final class Streams implements Noise {
    private final String variable;

    Streams(String variable) {
      this.variable = variable;
    }

    @Override
    public NDArray normal(Shape event) {
      return noise.normal(next(), event);
    }

    @Override
    public NDArray uniform(Shape event) {
      return noise.uniform(next(), event);
    }

    private String next() {
      int n = drawn.merge(variable, 1, Integer::sum) - 1;
      return "noise." + variable + (n == 0 ? "" : "." + n);
    }
  }
}
