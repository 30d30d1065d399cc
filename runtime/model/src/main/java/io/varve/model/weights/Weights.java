package io.varve.model.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.model.Model;
import io.varve.model.guard.EngineFaults;
import io.varve.spi.Starts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The parameters of a {@link Model}: one flat vector of everything trained, and the buffers.
 *
 * <p>A step differentiates, updates, averages and saves the vector as a whole; blocks read views of
 * it. Buffers, such as a batch norm's running averages, are arrays of their own that blocks update
 * in place. Names are paths, {@code z.q.network.01Linear_weight}, in the order of the nodes.
 */
public final class Weights implements AutoCloseable {
  private final NDManager manager;
  private final Map<String, Parameter> trained = new LinkedHashMap<>();
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();
  private final Map<Parameter, String> names = new LinkedHashMap<>();
  private final NDArray flat;
  private final Map<String, NDArray> own; // views of the vector

  private Weights(
      NDManager manager, Map<String, Parameter> parameters, Map<Parameter, NDArray> preset) {
    this.manager = manager;
    NDList vectors = new NDList();
    parameters.forEach(
        (name, parameter) -> {
          names.put(parameter, name);
          if (parameter.requiresGradient()) {
            trained.put(name, parameter);
            vectors.add(parameter.getArray().stopGradient().flatten());
          } else {
            buffers.put(name, keep(untouched(parameter, preset)));
          }
        });
    if (vectors.isEmpty()) {
      throw new IllegalArgumentException("the model has no trainable parameter");
    }
    flat = keep(NDArrays.concat(vectors));
    own = views(flat);
    own.values().forEach(this::keep);
  }

  /** A buffer as it was before the first pass changed it. */
  private NDArray untouched(Parameter buffer, Map<Parameter, NDArray> preset) {
    NDArray before = preset.get(buffer);
    DataType type = buffer.getArray().getDataType();
    return before != null
        ? before.duplicate()
        : buffer.getInitializer().initialize(manager, buffer.getShape(), type);
  }

  /** These weights own the array, whatever scope it was made in. */
  private NDArray keep(NDArray array) {
    array.attach(manager);
    NDScope.unregister(array);
    return array;
  }

  /**
   * Fresh weights of a model, drawn by its parts' initialisers.
   *
   * <p>The parts learn their shapes from a {@link FirstPass}: a bound of a batch of ones and a
   * generation, as in training. So a part that does not fit its neighbours is found here.
   *
   * @param manager the parent of the manager that owns the arrays; its device is theirs
   * @throws IllegalArgumentException naming the node that does not fit, the parameter for which
   *     there is no memory, or what the engine computes wrongly on this processor
   */
  public static Weights initialize(Model model, NDManager manager) {
    EngineFaults.requireNone(manager.getDevice());
    NDManager owner = manager.newSubManager();
    try (NDManager once = manager.newSubManager()) {
      Map<Parameter, NDArray> preset = new LinkedHashMap<>();
      ParameterMemory memory = ParameterMemory.of(manager.getDevice());
      model
          .parameters()
          .forEach(
              (name, parameter) -> {
                memory.watch(name, parameter);
                if (parameter.isInitialized() && parameter.getArray().isReleased()) {
                  parameter.close(); // left over from earlier weights of the same model
                } else if (parameter.isInitialized()) {
                  NDArray copy = parameter.getArray().duplicate();
                  copy.attach(once);
                  preset.put(parameter, copy);
                }
              });
      FirstPass pass = new FirstPass(once);
      pass.run(model);
      Map<String, Parameter> parameters = model.parameters();
      pass.requireComplete(parameters);
      return new Weights(owner, parameters, preset);
    } catch (RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  /** The vector of everything trained, [parameters]. */
  public NDArray flat() {
    return flat;
  }

  /** How many numbers are trained. */
  public long count() {
    return flat.size();
  }

  /** Buffers by name, in order: saved with the model, never differentiated. */
  public Map<String, NDArray> buffers() {
    return Collections.unmodifiableMap(buffers);
  }

  /** The name of every parameter and buffer, as it stands in files and graphs, in order. */
  public Map<Parameter, String> names() {
    return Collections.unmodifiableMap(names);
  }

  /**
   * Views of a flat vector by parameter name; they share its storage, and its manager owns them.
   *
   * @param vector this model's vector or another of its length, such as a running average
   */
  public Map<String, NDArray> views(NDArray vector) {
    List<Parameter> order = new ArrayList<>(trained.values());
    long[] ends = new long[order.size() - 1];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += order.get(i).getShape().size();
      ends[i] = end;
    }
    NDList pieces = vector.split(ends, 0);
    Map<String, NDArray> views = new LinkedHashMap<>();
    for (String name : trained.keySet()) {
      NDArray piece = pieces.get(views.size());
      views.put(name, piece.reshape(trained.get(name).getShape()));
      if (piece != vector) {
        piece.close();
      }
    }
    return views;
  }

  /**
   * What blocks read their parameters from while these values of the vector hold.
   *
   * @param scope the manager of a step; the views live and die with it, and so do results computed
   *     from them
   */
  public ParameterStore store(NDManager scope, NDArray vector) {
    return new Views(scope, values(scope, views(vector)));
  }

  /**
   * Every trained parameter as a leaf of a graph of gradients, in order: an array without a
   * gradient yet, which shares the vector's storage.
   *
   * <p>Gradients then arrive one by one, where a leaf of all would have them copied into one.
   *
   * @param scope owns the leaves
   */
  public Map<String, NDArray> leaves(NDManager scope) {
    Map<String, NDArray> leaves = new LinkedHashMap<>();
    own.forEach(
        (name, view) -> {
          NDArray leaf = view.stopGradient();
          leaf.attach(scope);
          leaf.setRequiresGradient(true);
          leaves.put(name, leaf);
        });
    return leaves;
  }

  /** What blocks read their parameters from while these leaves hold; see {@link #leaves}. */
  public ParameterStore store(NDManager scope, Map<String, NDArray> leaves) {
    return new Views(scope, values(scope, new LinkedHashMap<>(leaves)));
  }

  /**
   * As {@link #store} of the vector, for the pass over the first batch: starting values that blocks
   * take from the data go into the vector.
   */
  public ParameterStore starting(NDManager scope) {
    return new Starting(scope, values(scope, views(flat)));
  }

  private Map<String, NDArray> values(NDManager scope, Map<String, NDArray> values) {
    buffers.forEach((name, buffer) -> values.put(name, buffer.stopGradient())); // same storage
    values.values().forEach(value -> value.attach(scope));
    return values;
  }

  /**
   * Replaces the values of the vector and of every buffer.
   *
   * @throws IllegalArgumentException naming a value that is missing or of another shape
   */
  public void load(NDArray vector, Map<String, NDArray> bufferValues) {
    require("the parameter vector", flat, vector);
    buffers.forEach((name, buffer) -> require(name, buffer, bufferValues.get(name)));
    fill(flat, vector);
    buffers.forEach((name, buffer) -> fill(buffer, bufferValues.get(name)));
  }

  /** Copies in place; DJL's copyTo gives the array other memory, which its views do not see. */
  private static void fill(NDArray array, NDArray values) {
    array.set(new NDIndex("..."), values);
  }

  private static void require(String name, NDArray expected, NDArray found) {
    if (found == null || !found.getShape().equals(expected.getShape())) {
      throw new IllegalArgumentException(
          "%s: expected shape %s, found %s; these weights belong to another model"
              .formatted(name, expected.getShape(), found == null ? "nothing" : found.getShape()));
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  private class Views extends ParameterStore {
    private final Map<String, NDArray> values;

    Views(NDManager scope, Map<String, NDArray> values) {
      super(scope, false);
      this.values = values;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      if (parameter == null) {
        return null; // an optional parameter of a block, such as a bias
      }
      NDArray value = values.get(names.get(parameter));
      if (value == null) {
        throw new IllegalStateException(
            "parameter '" + parameter.getName() + "' was not read when the weights were made");
      }
      return value;
    }
  }

  private final class Starting extends Views implements Starts {
    private final Set<Parameter> started = new HashSet<>();

    Starting(NDManager scope, Map<String, NDArray> values) {
      super(scope, values);
    }

    @Override
    public void start(Parameter parameter, NDArray value) {
      NDArray present = getValue(parameter, value.getDevice(), false);
      if (!value.getShape().equals(present.getShape())) {
        throw new IllegalArgumentException(
            "%s: its block gives it a starting value of shape %s, but it has the shape %s"
                .formatted(names.get(parameter), value.getShape(), present.getShape()));
      }
      if (started.add(parameter)) {
        fill(present, value);
      }
    }
  }
}
