package io.varve.model.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import com.sun.management.OperatingSystemMXBean;
import io.varve.model.guard.Fault;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Refuses parameters that do not fit into the machine's memory, before they are made: a system that
 * runs out of memory ends the process without a message.
 */
final class ParameterMemory {
  private static final double GIB = 1L << 30;

  private final double limit;
  private double taken;

  private ParameterMemory(double limit) {
    this.limit = limit;
  }

  /** The memory of a device; a GPU refuses by itself. */
  static ParameterMemory of(Device device) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new ParameterMemory(device.isGpu() ? Double.MAX_VALUE : system.getTotalMemorySize());
  }

  /** Counts a parameter when it is initialised. */
  void watch(String name, Parameter parameter) {
    Initializer plain =
        parameter.getInitializer() instanceof Counted counted
            ? counted.plain()
            : parameter.getInitializer();
    if (plain != null) {
      parameter.setInitializer(new Counted(this, name, plain));
    }
  }

  private void take(String name, Shape shape, DataType type) {
    taken +=
        Arrays.stream(shape.getShape())
            .asDoubleStream()
            .reduce(type.getNumOfBytes(), (a, b) -> a * b);
    if (taken > limit) {
      throw new Fault(
          String.format(
              Locale.ROOT,
              "%s: with this array of shape %s the parameters take %.3g GiB, and this machine has %.3g; make layers or variables smaller",
              name,
              shape,
              taken / GIB,
              limit / GIB),
          null);
    }
  }

  private record Counted(ParameterMemory memory, String name, Initializer plain)
      implements Initializer {
    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
      memory.take(name, shape, dataType);
      return plain.initialize(manager, shape, dataType);
    }
  }
}
