package io.varve.training.engine;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.util.Locale;
import java.util.Optional;

/**
 * The memory of a card, of all processes together.
 *
 * @param usedMib what is taken. libtorch keeps what it once took, so after some steps this is the
 *     peak of a process that has the card to itself
 * @param allMib what there is
 */
public record DeviceMemory(long usedMib, long allMib) {
  /** What CUDA itself takes for a process, at most. */
  private static final int OWN_MIB = 1024;

  private static final int MIB_BITS = 20;

  /** That of a card. */
  public static DeviceMemory of(Device card) {
    MemoryUsage memory = CudaUtils.getGpuMemory(card);
    return new DeviceMemory(memory.getCommitted() >> MIB_BITS, memory.getMax() >> MIB_BITS);
  }

  /** A note, where other programs have taken memory of a card before this one computes on it. */
  public static Optional<String> shared(Device device) {
    if (!device.isGpu()) {
      return Optional.empty();
    }
    DeviceMemory memory = of(device);
    return memory.usedMib <= OWN_MIB
        ? Optional.empty()
        : Optional.of(
            Devices.name(device)
                + ": "
                + memory.text()
                + " before training begins; another program uses the card, so expect less speed and memory");
  }

  /** A note on a card when training has ended: libtorch still holds the most it has taken. */
  public static Optional<String> peak(Device device) {
    return device.isGpu()
        ? Optional.of(Devices.name(device) + ": " + of(device).text() + " at the end of training")
        : Optional.empty();
  }

  /** As people read it. */
  public String text() {
    return String.format(Locale.ROOT, "%,d of %,d MiB are taken", usedMib, allMib);
  }
}
