package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;

/** Stands behind the manager of a trace: what it creates is part of the record. */
record RecordingManager(Recorder recorder) implements InvocationHandler {
  private static final Set<String> PASSED =
      Set.of("getDevice", "defaultDevice", "getEngine", "getName", "allocateDirect");

  private static final Set<String> RANDOM = Set.of("random", "sample", "truncatedNormal");

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return InterceptedCalls.identity(proxy, name, arguments, "manager of a trace");
    }
    if (PASSED.contains(name)) {
      return method.invoke(recorder.real(), arguments);
    }
    // Memory is not managed here: everything real is closed with the trace.
    if (method.getReturnType() == void.class && !name.equals("invoke")) {
      return null;
    }
    return switch (name) {
      case "newSubManager", "getParentManager" -> proxy;
      case "isOpen" -> true;
      case "getManagedArrays" -> List.of();
      case "ret" -> arguments[0];
      case "from" -> arguments[0] == null ? null : recorder.lift((NDArray) arguments[0]);
      case "create" -> create(method, arguments);
      default -> compute((NDManager) proxy, method, arguments);
    };
  }

  private NDArray create(Method method, Object[] arguments) {
    if (arguments[0] instanceof Shape) {
      throw refuse("create", "leaves the array uninitialised", "use zeros, ones or full");
    }
    return recorder.capture(
        (NDArray)
            InterceptedCalls.evaluate(
                AuthorCode.here(),
                "NDManager.create",
                () -> method.invoke(recorder.real(), arguments)));
  }

  private Object compute(NDManager proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (RANDOM.stream().anyMatch(name::startsWith)) {
      throw refuse(name, "draws at random, which a graph must not", "take the draw as an input");
    }
    if (method.getReturnType() != NDArray.class) {
      throw refuse(name, "has no counterpart in a graph", "compute with NDArray methods");
    }
    if (InterceptedCalls.decomposes(method, recorder.real())) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    return recorder.record(
        "NDManager." + name,
        InterceptedCalls.arguments(recorder, method, arguments),
        () -> method.invoke(recorder.real(), arguments));
  }

  private static IllegalArgumentException refuse(String name, String problem, String instead) {
    return AuthorCode.here().refuse("NDManager." + name, problem, instead);
  }
}
