package io.varve.training.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import io.varve.inference.onnxruntime.EarlyLoading;
import io.varve.inference.onnxruntime.NvidiaDriver;
import java.util.Optional;

/** Names of devices as the command line spells them. */
public final class Devices {
  private Devices() {}

  /**
   * The device of a name: {@code cpu}, {@code cuda}, {@code cuda:1}, or {@code auto}, the first GPU
   * if there is one.
   *
   * @throws IllegalArgumentException one line, if there is no such device
   */
  public static Device of(String name) {
    Optional<Integer> wanted = wanted(name);
    if (wanted.isEmpty() || (name.equals("auto") && gpus() == 0)) {
      return Device.cpu();
    }
    int gpus = gpus();
    if (wanted.get() >= gpus) {
      throw new IllegalArgumentException(
          "--device %s: %s; or use --device cpu (varve doctor tells more)"
              .formatted(
                  name,
                  gpus == 0
                      ? "this libtorch sees no card; build with -Pcuda (docs/gpu.md)"
                      : "libtorch sees " + gpus + " of the cards; see CUDA_VISIBLE_DEVICES"));
    }
    return Device.gpu(wanted.get());
  }

  /** The card that a name asks for, as far as files tell; nothing native is loaded. */
  private static Optional<Integer> wanted(String name) {
    return NvidiaDriver.card(name, "--device " + name);
  }

  /**
   * The name of the device that {@link #of} would choose, as far as files tell: {@code cpu} or
   * {@code cuda:0}.
   *
   * @throws IllegalArgumentException one line, if there can be no such device
   */
  public static String expected(String name) {
    return wanted(name).map(index -> "cuda:" + index).orElse("cpu");
  }

  private static int gpus() {
    return Engine.getEngine("PyTorch").getGpuCount();
  }

  /**
   * Begins to load the engine on another thread, which takes half a second.
   *
   * @throws IllegalArgumentException one line, if there can be no such device
   */
  public static void prepare(String name) {
    wanted(name);
    EarlyLoading.start("engine", () -> Engine.getEngine("PyTorch"));
  }

  /** The name of a device: {@code cpu} or {@code cuda:0}. */
  public static String name(Device device) {
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }
}
