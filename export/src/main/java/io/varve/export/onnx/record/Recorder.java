package io.varve.export.onnx.record;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Body;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Origin;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.Value;
import io.varve.export.onnx.program.ValueSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Records what traced code does at one batch size. Each call is evaluated at once on real arrays,
 * so that the record knows the type and shape of everything.
 *
 * <p>The arrays it hands out are proxies that refuse calls they do not know. Real arrays are closed
 * with the manager that made them.
 */
final class Recorder implements Trace {
  /** Results of constants only are themselves kept as constants up to this many elements. */
  private static final long FOLDED = 1 << 16;

  private final Thread thread = Thread.currentThread();
  private final Set<Integer> measured = new HashSet<>();
  private final long batch;
  private final NDManager real;
  private final RegisteredParameters registered;
  private final NDManager manager =
      InterceptedCalls.proxy(NDManager.class, new RecordingManager(this));
  private final List<Value> values = new ArrayList<>();
  private final BitSet closed = new BitSet();
  private final Map<String, Integer> lifted = new HashMap<>();
  private final List<Runnable> lastChecks = new ArrayList<>();
  private Frame frame = new Frame(0, new ArrayList<>());

  /** The code being recorded, the trace itself or a loop's body, and the first value made in it. */
  private record Frame(int first, List<RecordedStep> steps) {}

  Recorder(long batch, NDManager real, RegisteredParameters registered) {
    this.batch = batch;
    this.real = real;
    this.registered = registered;
  }

  @Override
  public long batch() {
    return batch;
  }

  @Override
  public NDManager samples() {
    return real;
  }

  @Override
  public NDManager manager() {
    return manager;
  }

  /** The manager of the real arrays. */
  NDManager real() {
    return real;
  }

  @Override
  public ParameterStore parameters() {
    return new ParameterStore(real, false) {
      @Override
      public NDArray getValue(Parameter parameter, Device device, boolean training) {
        return parameter == null ? null : parameter(parameter, training);
      }

      @Override
      public NDManager getManager() {
        return manager;
      }
    };
  }

  private NDArray parameter(Parameter parameter, boolean training) {
    String asks = "ParameterStore.getValue asks for parameter '" + parameter.getName() + "'";
    if (training) {
      throw AuthorCode.here()
          .refuse(asks, "for training", "export the forward pass with training = false");
    }
    if (registered.name(parameter).isEmpty()) {
      throw AuthorCode.here()
          .refuse(asks + ",", "which is not registered", "name it in OnnxExporter.parameters(...)");
    }
    return lift(registered.value(parameter));
  }

  @Override
  public NDArray input(String name, NDArray sample) {
    Origin origin = AuthorCode.here();
    String input = "input '" + name + "'";
    if (frame.first() > 0) {
      throw origin.refuse(input, "is declared in the body of a loop", "declare it before the loop");
    }
    if (values.stream()
        .anyMatch(v -> v.source() instanceof ValueSource.Input i && i.name().equals(name))) {
      throw origin.refuse(input, "is declared twice", "give each its own name");
    }
    Shape shape = sample.getShape();
    if (shape.dimension() > 0 && shape.get(0) != batch) {
      throw origin.refuse(
          input,
          "has a sample of shape " + shape + ", expected [" + batch + ", ...]",
          "make the sample with batch() rows");
    }
    NDArray plain = (NDArray) unwrap(sample);
    return wrap(plain, add(new ValueSource.Input(name), plain, origin), true);
  }

  /** The recording array of a plain one: a parameter, a constant, or itself if it records. */
  NDArray lift(NDArray array) {
    return RecordingArray.of(array).isPresent() ? array : wrap(array, value(array), false);
  }

  /** A constant made from host data. */
  NDArray capture(NDArray made) {
    return wrap(
        made,
        add(new ValueSource.Constant(ValueSource.bytes(made)), made, AuthorCode.here()),
        true);
  }

  /** The value of an array, recording or plain. */
  int value(NDArray array) {
    RecordingArray recording = RecordingArray.of(array).orElse(null);
    if (recording != null) {
      return recording.valueFor(this);
    }
    return lifted.computeIfAbsent(array.getUid(), uid -> liftPlain(array));
  }

  private int liftPlain(NDArray array) {
    Origin origin = AuthorCode.here();
    String name = registered.name(array).orElse(null);
    if (name != null) {
      return add(new ValueSource.Weight(name, array), array, origin);
    }
    if (array.size() != 1 || array.hasGradient()) {
      throw origin.refuse(
          AuthorCode.operation(),
          "reads an array %s that was never registered, so the graph would keep its present values"
              .formatted(array.getShape()),
          "make it a registered Parameter, an input, or create it with the manager of the trace");
    }
    String operation = AuthorCode.operation();
    ValueSource.Constant constant = new ValueSource.Constant(ValueSource.bytes(array));
    lastChecks.add(
        () -> {
          if (!new ValueSource.Constant(ValueSource.bytes(array)).equals(constant)) {
            throw origin.refuse(
                operation, "reads a plain array that changed while traced", "keep it constant");
          }
        });
    return add(constant, array, origin);
  }

  /** Writes down a call and gives recording arrays for its results. */
  Object record(String operation, List<Argument> arguments, Callable<?> evaluation) {
    Origin origin = AuthorCode.here();
    InterceptedCalls.requireThread(thread, origin, operation);
    Object result = InterceptedCalls.evaluate(origin, operation, evaluation);
    List<NDArray> arrays = result instanceof NDList list ? list : List.of((NDArray) result);
    RecordedStep reading = new RecordedStep(operation, arguments, List.of(), origin);
    boolean folds = reading.reads().allMatch(i -> values.get(i).constant());
    List<Integer> results = new ArrayList<>();
    for (NDArray array : arrays) {
      keep(array);
      boolean known = folds && array.size() <= FOLDED;
      ValueSource source =
          known ? new ValueSource.Known(ValueSource.bytes(array)) : new ValueSource.Computed();
      results.add(add(source, array, origin));
    }
    frame.steps().add(new RecordedStep(operation, arguments, results, origin));
    NDList wrapped = new NDList();
    for (int i = 0; i < arrays.size(); i++) {
      wrapped.add(wrap(arrays.get(i), results.get(i), true));
    }
    return result instanceof NDList ? wrapped : wrapped.get(0);
  }

  /**
   * Moves a result to the recorder. It would otherwise go with the parameter it was computed from,
   * or with a scope of the author's.
   */
  void keep(NDArray result) {
    if (!lifted.containsKey(result.getUid())) {
      NDScope.unregister(result);
      result.attach(real);
    }
  }

  @Override
  public NDList repeat(
      long most,
      NDList state,
      Optional<Function<NDList, NDArray>> again,
      UnaryOperator<NDList> body) {
    return new RecordedLoop(this, again, body, AuthorCode.here()).record(most, state);
  }

  /** Records the body of a loop apart from what is around it. */
  Body body(Function<List<RecordedStep>, Body> recording) {
    Frame around = frame;
    frame = new Frame(values.size(), new ArrayList<>());
    try {
      return recording.apply(frame.steps());
    } finally {
      closed.set(frame.first(), values.size());
      frame = around;
    }
  }

  void add(RecordedStep step) {
    frame.steps().add(step);
  }

  /** Whether a value was made in the code that is being recorded, not in that around it. */
  boolean local(int value) {
    return value >= frame.first();
  }

  /** Refuses what only the rounds of a loop have. */
  int requireOpen(int value) {
    ValueSource source = values.get(value).source();
    if (closed.get(value)
        && (source instanceof ValueSource.State || source instanceof ValueSource.Computed)) {
      throw AuthorCode.here()
          .refuse(
              "an array", "was made in the body of a loop, which is over", "return it as state");
    }
    return value;
  }

  /** The values whose shape the code asked for. */
  Set<Integer> measured() {
    return measured;
  }

  /** What was recorded. */
  Program finish(Map<String, NDArray> outputs) {
    lastChecks.forEach(Runnable::run);
    Map<String, Integer> results = new LinkedHashMap<>();
    outputs.forEach((name, array) -> results.put(name, value(array)));
    return new Program(values, frame.steps(), results, measured);
  }

  int add(ValueSource source, NDArray array, Origin origin) {
    List<Extent> shape = Arrays.stream(array.getShape().getShape()).mapToObj(Extent::of).toList();
    values.add(new Value(source, array.getDataType(), shape, origin));
    return values.size() - 1;
  }

  NDArray wrap(NDArray array, int value, boolean owned) {
    return InterceptedCalls.proxy(NDArray.class, new RecordingArray(this, array, value, owned));
  }

  /** The real counterpart of an argument. */
  Object unwrap(Object argument) {
    if (argument instanceof NDList list) {
      NDList plain = new NDList();
      list.forEach(array -> plain.add((NDArray) unwrap(array)));
      return plain;
    }
    if (argument instanceof NDArray array) {
      return RecordingArray.of(array).map(RecordingArray::real).orElse(array);
    }
    return argument == manager ? real : argument;
  }

  Object[] unwrapAll(Object[] arguments) {
    return arguments == null ? null : Arrays.stream(arguments).map(this::unwrap).toArray();
  }
}
