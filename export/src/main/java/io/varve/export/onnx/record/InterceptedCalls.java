package io.varve.export.onnx.record;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Origin;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/** Calls of DJL's interfaces that a recording object intercepts: how they are made and recorded. */
final class InterceptedCalls {
  private static final Map<Class<?>, DataType> SCALARS =
      Map.of(
          Integer.class, DataType.INT32,
          Long.class, DataType.INT64,
          Float.class, DataType.FLOAT32,
          Double.class, DataType.FLOAT64,
          Byte.class, DataType.INT8);

  private static final Map<List<Object>, Boolean> DECOMPOSES = new ConcurrentHashMap<>();

  private InterceptedCalls() {}

  /**
   * Whether a call is to run through the default body of its interface. Only where the engine does
   * not override it: what an engine puts in its place can mean something else.
   */
  static boolean decomposes(Method method, Object target) {
    return method.isDefault()
        && DECOMPOSES.computeIfAbsent(
            List.of(method, target.getClass()), key -> !overridden(method, target.getClass()));
  }

  private static boolean overridden(Method method, Class<?> engine) {
    try {
      Method found = engine.getMethod(method.getName(), method.getParameterTypes());
      return !found.getDeclaringClass().isInterface();
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(engine + " lacks " + method, e);
    }
  }

  /** An interface behind which a handler stands. */
  static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            InterceptedCalls.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** The methods of Object, for what stands behind an interface. */
  static Object identity(Object proxy, String method, Object[] arguments, String text) {
    return switch (method) {
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> proxy == arguments[0];
      default -> text;
    };
  }

  /** The record has one order, which calls from several threads do not have. */
  static void requireThread(Thread expected, Origin origin, String operation) {
    if (Thread.currentThread() != expected) {
      throw origin.refuse(
          operation, "is called on another thread", "compute on the thread that runs the code");
    }
  }

  /** Evaluates on real arrays; what the engine refuses is refused in the author's terms. */
  static Object evaluate(Origin origin, String operation, Callable<?> evaluation) {
    try {
      return evaluation.call();
    } catch (InvocationTargetException e) {
      throw failed(origin, operation, e.getCause());
    } catch (RuntimeException e) {
      throw failed(origin, operation, e);
    } catch (Exception e) {
      throw new IllegalStateException(origin + ": " + operation + ": " + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException failed(Origin origin, String operation, Throwable e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    IllegalArgumentException refused =
        origin.refuse(
            operation,
            "fails in DJL: " + e.getClass().getSimpleName() + " " + message,
            "it must run in DJL before it can be exported");
    refused.initCause(e);
    return refused;
  }

  /** The arguments of a call after the array it is called on, if any. */
  static List<Argument> arguments(Recorder recorder, Method method, Object[] arguments) {
    List<Argument> recorded = new ArrayList<>();
    Class<?>[] types = method.getParameterTypes();
    for (int i = 0; i < types.length; i++) {
      recorded.add(argument(recorder, types[i], arguments[i]));
    }
    return recorded;
  }

  private static Argument argument(Recorder recorder, Class<?> declared, Object argument) {
    if (argument == null || argument instanceof Device || argument instanceof NDManager) {
      return new Argument.Absent();
    }
    if (argument instanceof NDArray array) {
      return new Argument.Ref(recorder.value(array));
    }
    if (argument instanceof NDList list) {
      return new Argument.Many(
          list.stream().<Argument>map(a -> new Argument.Ref(recorder.value(a))).toList());
    }
    if (argument instanceof Number number) {
      return declared == Number.class ? scalar(number) : number(number);
    }
    if (argument instanceof Shape shape) {
      return Argument.sizes(shape);
    }
    if (argument instanceof long[] values) {
      return Argument.wholes(values);
    }
    if (argument instanceof int[] values) {
      return Argument.wholes(Arrays.stream(values).asLongStream().toArray());
    }
    return new Argument.Literal(
        argument instanceof Enum<?> && !(argument instanceof DataType)
            ? argument.toString()
            : argument);
  }

  private static Argument scalar(Number number) {
    DataType type = SCALARS.get(number.getClass());
    if (type == null) {
      throw new IllegalArgumentException(
          AuthorCode.here() + ": DJL takes no " + number.getClass().getSimpleName() + " operand");
    }
    return new Argument.Scalar(type, number(number));
  }

  private static Argument number(Number number) {
    return number instanceof Float || number instanceof Double
        ? new Argument.Literal(number)
        : new Argument.Whole(number.longValue());
  }
}
