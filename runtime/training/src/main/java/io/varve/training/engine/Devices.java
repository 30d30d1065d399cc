package io.varve.training.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import io.varve.inference.onnxruntime.EarlyLoading;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of devices as the command line spells them. */
public final class Devices {
  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  private Devices() {}

  /**
   * The device of a name: {@code cpu}, {@code cuda}, {@code cuda:1}, or {@code auto}, the first GPU
   * if there is one.
   *
   * @throws IllegalArgumentException one line, if there is no such device
   */
  public static Device of(String name) {
    int gpus = Engine.getEngine("PyTorch").getGpuCount();
    if (name.equals("auto")) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    Matcher cuda = CUDA.matcher(name);
    if (!cuda.matches()) {
      throw new IllegalArgumentException(
          "--device " + name + ": expected auto, cpu, cuda or cuda:INDEX");
    }
    int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
    if (index >= gpus) {
      throw new IllegalArgumentException(
          "--device %s: this libtorch sees %d CUDA devices; use --device cpu, or install a CUDA libtorch and driver (varve doctor tells more)"
              .formatted(name, gpus));
    }
    return Device.gpu(index);
  }

  /** Begins to load the engine on another thread, which takes half a second. */
  public static void prepare() {
    EarlyLoading.start("engine", () -> Engine.getEngine("PyTorch"));
  }

  /** The name of a device: {@code cpu} or {@code cuda:0}. */
  public static String name(Device device) {
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }
}
