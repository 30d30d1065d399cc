package io.varve.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.varve.inference.onnxruntime.NvidiaDriver;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.util.Optional;

/**
 * The device that graphs run on, and how sessions are set up there.
 *
 * @param name {@code cpu} or {@code cuda:i}
 * @param index of the CUDA device, -1 for the CPU
 */
record Device(String name, int index) {
  private static final Device CPU = new Device("cpu", -1);

  /** Constants up to so many bytes may be computed when a graph is opened. */
  private static final int FOLDED = 1 << 16;

  boolean isCpu() {
    return index < 0;
  }

  /** Opens and closes a session. */
  interface Probe {
    void open(SessionOptions settings) throws OrtException;
  }

  /** Checks a device's name without loading anything native. */
  static void checkName(String name) {
    Inputs.requireGiven(name, "device");
    Inputs.require(
        NvidiaDriver.isDevice(name),
        "device: '" + name + "', expected auto, cpu, cuda or cuda:INDEX");
  }

  /**
   * The card that the options ask for, as far as files tell; nothing native is loaded.
   *
   * @return its index, or nothing for the CPU
   * @throws IllegalArgumentException one line, if a card is asked for by name and there is none
   */
  static Optional<Integer> wanted(InferenceOptions options) {
    return NvidiaDriver.card(options.device(), "device: '" + options.device() + "'");
  }

  /**
   * Chooses the device on this machine.
   *
   * @param probe opens a graph, which CUDA has to do to count as available
   * @throws IllegalArgumentException if CUDA is asked for by name and cannot be had
   */
  static Device choose(InferenceOptions options, Probe probe) {
    Optional<Integer> wanted = wanted(options);
    if (wanted.isEmpty()) {
      return CPU;
    }
    boolean automatic = options.device().equals("auto");
    int index = wanted.get();
    if (!OnnxRuntime.providers().contains("CUDA")) {
      if (automatic) {
        return CPU;
      }
      throw new IllegalArgumentException(
          "device: '%s', but this ONNX Runtime has only %s; %s"
              .formatted(
                  options.device(),
                  OnnxRuntime.providers(),
                  "build with -Pcuda, put onnxruntime_gpu on the class path of a service, or use device 'cpu'"));
    }
    Device device = new Device("cuda:" + index, index);
    try (SessionOptions settings = device.settings(options, true)) {
      probe.open(settings);
      return device;
    } catch (OrtException e) {
      if (automatic) {
        return CPU;
      }
      throw new IllegalArgumentException(
          "device: '%s' cannot be used: %s; check the driver and the CUDA libraries (docs/gpu.md) or use device 'cpu'"
              .formatted(options.device(), OnnxRuntime.reason(e)),
          e);
    }
  }

  /**
   * How sessions are opened here; the caller closes it.
   *
   * @param packed whether each session may keep a copy of the weights in the layout it likes
   */
  SessionOptions settings(InferenceOptions options, boolean packed) throws OrtException {
    SessionOptions settings = new SessionOptions();
    settings.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
    if (!packed && isCpu()) {
      // Products repack their weights, and what "all" has beyond "extended" reorders those of
      // convolutions; without the two, all sessions read the same copy.
      settings.setOptimizationLevel(SessionOptions.OptLevel.EXTENDED_OPT);
      settings.addConfigEntry("session.disable_prepacking", "1");
      // A transposed weight is transposed where it is used, not stored once more.
      settings.addConfigEntry(
          "optimization.constant_folding_max_output_size_in_bytes", Integer.toString(FOLDED));
    }
    // Errors are in exceptions; the log would show names out of the file to the terminal.
    settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    // ONNX Runtime's own default counts the cores of the host, not those of the container.
    int cores = Runtime.getRuntime().availableProcessors();
    settings.setIntraOpNumThreads(options.threads() == 0 ? cores : options.threads());
    // On two shared cores spinning made batch 64 of an MLP four to eight times slower (0.8 against
    // 3 to 6 ms), on two idle ones 1.7 times faster (0.7 against 0.4 ms).
    settings.addConfigEntry("session.intra_op.allow_spinning", options.spinning() ? "1" : "0");
    settings.addConfigEntry("session.force_spinning_stop", "1"); // between requests
    // Denormals are a hundred times slower and mean nothing here.
    settings.addConfigEntry("session.set_denormal_as_zero", "1");
    if (options.profile().isPresent()) {
      settings.enableProfiling(options.profile().get().toString());
    }
    if (index >= 0) {
      accelerate(settings, options.cuda());
    }
    return settings;
  }

  private void accelerate(SessionOptions settings, InferenceOptions.Cuda options)
      throws OrtException {
    if (options.tensorRt()) {
      settings.addTensorrt(index);
    }
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(index)) {
      cuda.add("use_tf32", options.tf32() ? "1" : "0");
      // By default the arena doubles; this way it takes what a graph needs.
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      if (options.memory() > 0) {
        cuda.add("gpu_mem_limit", Long.toString(options.memory()));
      }
      // The default tries every algorithm of a convolution for each new number of rows.
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      settings.addCUDA(cuda);
    }
  }
}
