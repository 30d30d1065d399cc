package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.internal.NDArrayEx;
import io.varve.export.onnx.program.Argument;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stands behind an array that records what is done with it. */
final class RecordingArray implements InvocationHandler {
  /** Questions about an array that its values do not enter. */
  private static final Set<String> PASSED =
      Set.of(
          "getShape",
          "getDataType",
          "getDevice",
          "getUid",
          "getName",
          "getSparseFormat",
          "isSparse",
          "isScalar",
          "isEmpty",
          "size",
          "shapeEquals");

  /** Those that reveal the shape, which code may compute with. */
  private static final Set<String> MEASURES =
      Set.of("getShape", "isScalar", "isEmpty", "size", "shapeEquals");

  /** Where memory is managed: real arrays are closed with the trace. */
  private static final Set<String> IGNORED =
      Set.of("close", "attach", "detach", "tempAttach", "returnResource", "setName");

  private static final Map<String, String> IN_PLACE =
      Map.of(
          "addi", "add",
          "subi", "sub",
          "muli", "mul",
          "divi", "div",
          "modi", "mod",
          "powi", "pow",
          "negi", "neg",
          "signi", "sign");

  /** What may share the memory of its receiver. */
  private static final Set<String> VIEWS =
      Set.of(
          "reshape",
          "transpose",
          "swapAxes",
          "expandDims",
          "squeeze",
          "flatten",
          "broadcast",
          "split",
          "stopGradient",
          "get",
          "real");

  /** Calls whose result has a shape that depends on values. */
  private static final Set<String> SHAPED_BY_VALUES = Set.of("booleanMask", "nonzero", "unique");

  private final Recorder recorder;
  private NDArray real;
  private int value;
  private Sharing sharing;

  /** What the arrays over one piece of memory have in common. */
  private static final class Sharing {
    private final int first;
    private final boolean owned;
    private int arrays = 1;
    private Optional<IllegalArgumentException> overwritten = Optional.empty();

    /** Begins with the value of one array. */
    Sharing(int first, boolean owned) {
      this.first = first;
      this.owned = owned;
    }
  }

  /**
   * @param owned whether the trace made the array, so that it may be changed in place
   */
  RecordingArray(Recorder recorder, NDArray real, int value, boolean owned) {
    this.recorder = recorder;
    this.real = real;
    this.value = value;
    this.sharing = new Sharing(value, owned);
  }

  static Optional<RecordingArray> of(NDArray array) {
    return array != null
            && Proxy.isProxyClass(array.getClass())
            && Proxy.getInvocationHandler(array) instanceof RecordingArray recording
        ? Optional.of(recording)
        : Optional.empty();
  }

  NDArray real() {
    return real;
  }

  int valueFor(Recorder asking) {
    if (asking != recorder) {
      throw AuthorCode.here()
          .refuse(
              AuthorCode.operation(),
              "reads a traced array that was kept from an earlier run",
              "make it anew in each run");
    }
    return current();
  }

  /** The value, unless an array that shares its memory was changed in place since. */
  private int current() {
    sharing.overwritten.ifPresent(
        refusal -> {
          throw refusal;
        });
    return recorder.requireOpen(value);
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return identity(proxy, name, arguments);
    }
    if (PASSED.contains(name)) {
      if (MEASURES.contains(name)) {
        recorder.measured().add(value);
      }
      return method.invoke(real, recorder.unwrapAll(arguments));
    }
    if (IGNORED.contains(name)) {
      return null;
    }
    return switch (name) {
      case "isReleased", "hasGradient" -> false;
      case "getManager" -> recorder.manager();
      case "getResourceNDArrays" -> List.of(proxy);
      case "getNDArrayInternal" ->
          InterceptedCalls.proxy(NDArrayEx.class, new RecordingInternal(recorder, (NDArray) proxy));
      case "toDevice" -> proxy;
      default -> compute((NDArray) proxy, method, arguments);
    };
  }

  private Object compute(NDArray proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (name.equals("setRequiresGradient") || name.equals("getGradient")) {
      throw refuse(name, "belongs to training", "export the forward pass only");
    }
    if (method.getReturnType() == void.class) {
      throw refuse(name, "overwrites an array", "build a new one with NDArrays.where or concat");
    }
    if (!NDArray.class.isAssignableFrom(method.getReturnType())
        && method.getReturnType() != NDList.class) {
      throw hostRead(name);
    }
    if (SHAPED_BY_VALUES.contains(name)) {
      throw refuse(name, "has a shape that depends on values", "use NDArrays.where or gather");
    }
    if (IN_PLACE.containsKey(name)) {
      return changed(proxy, method, arguments);
    }
    if (name.equals("toType") && arguments[0] == real.getDataType() && !(Boolean) arguments[1]) {
      return proxy;
    }
    if (name.equals("get")
        && method.getParameterCount() == 2
        && arguments[0] instanceof NDManager) {
      NDIndex index =
          arguments[1] instanceof long[] fixed ? new NDIndex(fixed) : (NDIndex) arguments[1];
      return new RecordingIndexer(recorder).get(proxy, index);
    }
    if (InterceptedCalls.decomposes(method, real)) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    Object result = record(name, method, real, arguments);
    if (VIEWS.contains(name) || unchanged(name, result)) {
      share(result);
    }
    return result;
  }

  /**
   * Some calls give the array itself where there is nothing to do, such as repeat by no numbers.
   * The engine's toType gives another one over the same memory, even where a copy is asked for.
   */
  private boolean unchanged(String name, Object result) {
    if (!(result instanceof NDArray array)) {
      return false;
    }
    NDArray found = of(array).orElseThrow().real;
    return found == real || (name.equals("toType") && found.getDataType() == real.getDataType());
  }

  private Object record(String name, Method method, NDArray target, Object[] arguments) {
    List<Argument> recorded = new ArrayList<>();
    recorded.add(new Argument.Ref(current()));
    recorded.addAll(InterceptedCalls.arguments(recorder, method, arguments));
    return recorder.record(
        "NDArray." + name, recorded, () -> method.invoke(target, recorder.unwrapAll(arguments)));
  }

  /**
   * Evaluated on a copy, so that the real array keeps what the record says of it. Others over the
   * same memory would have changed too; they must not be read any more.
   */
  private NDArray changed(NDArray proxy, Method method, Object[] arguments) {
    String name = method.getName();
    if (!sharing.owned) {
      throw refuse(
          name, "changes an array that it was given in place", "use " + IN_PLACE.get(name));
    }
    if (!recorder.local(sharing.first)) {
      throw refuse(
          name,
          "changes an array from outside the loop in place",
          "make it part of the state and use " + IN_PLACE.get(name));
    }
    NDArray copy = real.duplicate();
    NDArray result = (NDArray) record(IN_PLACE.get(name), method, copy, arguments);
    RecordingArray changed = of(result).orElseThrow();
    if (sharing.arrays > 1) {
      sharing.overwritten =
          Optional.of(
              refuse(
                  name,
                  "changes an array in place whose memory another one shares that is read later",
                  "use " + IN_PLACE.get(name)));
      sharing = changed.sharing;
    }
    real = changed.real;
    value = changed.value;
    return proxy;
  }

  /** Notes that results share the memory of this array. */
  void share(Object results) {
    for (NDArray result : results instanceof NDList list ? list : List.of((NDArray) results)) {
      of(result).orElseThrow().sharing = sharing;
      sharing.arrays++;
    }
  }

  private Object identity(Object proxy, String name, Object[] arguments) {
    if (name.equals("equals") && proxy != arguments[0] && arguments[0] instanceof NDArray) {
      throw hostRead(name);
    }
    String text = "traced " + real.getShape() + " " + real.getDataType();
    return InterceptedCalls.identity(proxy, name, arguments, text);
  }

  private static IllegalArgumentException hostRead(String name) {
    boolean converted =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .limit(24)
                        .anyMatch(
                            f ->
                                f.getMethodName().equals("from")
                                    && f.getClassName().endsWith("NDManager")));
    return converted
        ? refuse(
            name,
            "would copy a traced array, because the array it is combined with is a plain one",
            "put the traced array on the left, or lift the plain one with the trace's manager.from")
        : refuse(
            name,
            "reads a traced value on the host, and the graph would keep it",
            "compute with arrays (NDArrays.where for a choice) or make it an input");
  }

  private static IllegalArgumentException refuse(String name, String problem, String instead) {
    return AuthorCode.here().refuse("NDArray." + name, problem, instead);
  }
}
