package io.varve.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a {@link Model}: one flat vector of everything trained, and the buffers.
 *
 * <p>A step differentiates, updates, averages and saves the vector as a whole; blocks read views of
 * it. Buffers, such as a batch norm's running averages, are arrays of their own that blocks update
 * in place.
 */
public final class Weights implements AutoCloseable {
  private final NDManager manager;
  private final Map<String, Parameter> trained = new LinkedHashMap<>();
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();
  private final Map<Parameter, String> names = new LinkedHashMap<>();
  private final NDArray flat;

  private Weights(NDManager manager, Map<String, Parameter> parameters) {
    this.manager = manager;
    NDList vectors = new NDList();
    parameters.forEach(
        (name, parameter) -> {
          names.put(parameter, name);
          if (parameter.requiresGradient()) {
            trained.put(name, parameter);
            vectors.add(parameter.getArray().stopGradient().flatten());
          } else {
            NDArray buffer = parameter.getArray().duplicate();
            buffer.attach(manager);
            buffers.put(name, buffer);
          }
        });
    if (vectors.isEmpty()) {
      throw new IllegalArgumentException("the model has no trainable parameter");
    }
    flat = vectors.size() == 1 ? vectors.head().duplicate() : NDArrays.concat(vectors);
    flat.attach(manager);
  }

  /**
   * Fresh weights of a model, drawn by its parts' initialisers.
   *
   * <p>The parts learn their shapes from one training pass over a batch of zeros, so a part that
   * does not fit its neighbours is found here.
   *
   * @param manager the parent of the manager that owns the arrays; its device is theirs
   * @throws IllegalArgumentException naming the node that does not fit
   */
  public static Weights initialize(Model model, NDManager manager) {
    NDManager owner = manager.newSubManager();
    try (NDManager trial = manager.newSubManager()) {
      Map<String, Parameter> parameters = new LinkedHashMap<>(named(model));
      Map<Parameter, NDArray> preset = new LinkedHashMap<>();
      parameters.values().stream()
          .filter(Parameter::isInitialized)
          .forEach(p -> preset.put(p, p.getArray().duplicate()));
      tryOut(model, trial);
      parameters = named(model);
      Weights weights = new Weights(owner, parameters);
      parameters.forEach((name, parameter) -> weights.reset(name, parameter, preset));
      return weights;
    } catch (RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  /** One bound and one generation over zeros: initialises every block and checks every shape. */
  private static void tryOut(Model model, NDManager trial) {
    Shape x = model.spaces().get(model.observed()).shape();
    NDArray zeros = trial.zeros(new Shape(2).addAll(x));
    ParameterStore store = new Initializing(trial);
    NoiseSource noise = new EngineNoise(trial, 2);
    model.bound(new Run(trial, store, true, noise), zeros).total();
    model.generate(new Run(trial, store, true, noise), Map.of());
  }

  /** Undoes what the trial pass did to a buffer. */
  private void reset(String name, Parameter parameter, Map<Parameter, NDArray> preset) {
    NDArray buffer = buffers.get(name);
    if (buffer == null) {
      return;
    }
    NDArray start =
        preset.containsKey(parameter)
            ? preset.get(parameter)
            : parameter
                .getInitializer()
                .initialize(manager, parameter.getShape(), buffer.getDataType());
    start.copyTo(buffer);
  }

  private static Map<String, Parameter> named(Model model) {
    Map<String, Parameter> named = new LinkedHashMap<>();
    model
        .parts()
        .holders()
        .forEach(
            (path, holder) -> {
              if (holder instanceof Block block) {
                block
                    .getParameters()
                    .forEach(e -> named.put(path + "." + e.getKey(), e.getValue()));
              } else {
                int i = 0;
                for (Object parameter : (List<?>) holder) {
                  Parameter p = (Parameter) parameter;
                  named.put(path + "." + i++ + "." + p.getName(), p);
                }
              }
            });
    return named;
  }

  /** The vector of everything trained, [parameters]. */
  public NDArray flat() {
    return flat;
  }

  /** How many numbers are trained. */
  public long count() {
    return flat.size();
  }

  /** Buffers by name: saved with the model, never differentiated. */
  public Map<String, NDArray> buffers() {
    return Map.copyOf(buffers);
  }

  /** The name of every parameter and buffer, as it stands in files and graphs. */
  public Map<Parameter, String> names() {
    return names;
  }

  /**
   * Views of a flat vector by parameter name; they share its storage.
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
    NDList pieces = ends.length == 0 ? new NDList(vector) : vector.split(ends, 0);
    Map<String, NDArray> views = new LinkedHashMap<>();
    int i = 0;
    for (Map.Entry<String, Parameter> entry : trained.entrySet()) {
      views.put(entry.getKey(), pieces.get(i++).reshape(entry.getValue().getShape()));
    }
    return views;
  }

  /**
   * What blocks read their parameters from while these values of the vector hold.
   *
   * @param scope the manager of a step; the views live and die with it
   */
  public ParameterStore store(NDManager scope, NDArray vector) {
    return new Views(scope, views(vector));
  }

  /** Replaces the values of the vector and of every buffer. */
  public void load(NDArray vector, Map<String, NDArray> bufferValues) {
    vector.copyTo(flat);
    buffers.forEach((name, buffer) -> bufferValues.get(name).copyTo(buffer));
  }

  @Override
  public void close() {
    manager.close();
  }

  private final class Views extends ParameterStore {
    private final Map<String, NDArray> views;

    Views(NDManager scope, Map<String, NDArray> views) {
      super(scope, false);
      this.views = views;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      if (parameter == null) {
        return null;
      }
      String name = names.get(parameter);
      NDArray view = views.get(name);
      NDArray value = view == null ? buffers.get(name) : view;
      if (value == null) {
        throw new IllegalStateException(
            "parameter '" + parameter.getName() + "' is not among those its part listed");
      }
      return value;
    }
  }

  /** Initialises a bare parameter the first time it is read. */
  private static final class Initializing extends ParameterStore {
    private final NDManager trial;

    Initializing(NDManager trial) {
      super(trial, false);
      this.trial = trial;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      if (parameter == null) {
        return null;
      }
      if (!parameter.isInitialized()) {
        parameter.initialize(trial, DataType.FLOAT32);
      }
      return parameter.getArray();
    }
  }
}
