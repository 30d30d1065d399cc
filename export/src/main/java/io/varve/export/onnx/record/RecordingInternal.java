package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import io.varve.export.onnx.program.Argument;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** Stands behind {@code getNDArrayInternal()} of a recording array: networks and activations. */
record RecordingInternal(Recorder recorder, NDArray array) implements InvocationHandler {
  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return InterceptedCalls.identity(proxy, name, arguments, "internals of " + array);
    }
    return switch (name) {
      case "getArray" -> array;
      case "getIndexer" -> new RecordingIndexer(recorder);
      case "dropout" -> {
        refuseTraining(name, (Boolean) arguments[2]);
        yield new NDList(recorder.lift((NDArray) arguments[0]));
      }
      // Boxes of the engine's making, from shapes alone.
      case "multiBoxPrior" -> new NDList(recorder.capture(boxes(method, arguments)));
      case "batchNorm" -> {
        refuseTraining(name, (Boolean) arguments[8]);
        yield compute(proxy, method, arguments);
      }
      case "rnn", "gru", "lstm" -> {
        refuseTraining(name, (Boolean) arguments[arguments.length - 3]);
        yield compute(proxy, method, arguments);
      }
      case "rdivi", "rmodi", "rpowi", "rsubi" ->
          throw AuthorCode.here()
              .refuse(
                  "NDArrayEx." + name,
                  "changes an array in place",
                  "use " + name.substring(0, name.length() - 1));
      default -> compute(proxy, method, arguments);
    };
  }

  private Object compute(Object proxy, Method method, Object[] arguments) throws Throwable {
    String operation = "NDArrayEx." + method.getName();
    NDArrayEx real = ((NDArray) recorder.unwrap(array)).getNDArrayInternal();
    if (method.getReturnType() == void.class) {
      throw AuthorCode.here()
          .refuse(operation, "belongs to training", "export the forward pass only");
    }
    if (InterceptedCalls.decomposes(method, real)) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    List<Argument> recorded = new ArrayList<>();
    recorded.add(new Argument.Ref(recorder.value(array)));
    recorded.addAll(InterceptedCalls.arguments(recorder, method, arguments));
    return recorder.record(
        operation, recorded, () -> method.invoke(real, recorder.unwrapAll(arguments)));
  }

  private NDArray boxes(Method method, Object[] arguments) {
    NDArrayEx real = ((NDArray) recorder.unwrap(array)).getNDArrayInternal();
    Object boxes =
        InterceptedCalls.evaluate(
            AuthorCode.here(), "NDArrayEx.multiBoxPrior", () -> method.invoke(real, arguments));
    return ((NDList) boxes).head();
  }

  private static void refuseTraining(String name, boolean training) {
    if (training) {
      throw AuthorCode.here()
          .refuse(
              "NDArrayEx." + name,
              "is called with training = true",
              "export the forward pass with training = false");
    }
  }
}
