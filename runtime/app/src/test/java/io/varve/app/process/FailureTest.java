package io.varve.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a failure: the user's input, the machine, or a defect. */
final class FailureTest {
  private static void is(Throwable thrown, int code, String line) {
    assertThat(Failure.of(thrown)).isEqualTo(new Failure(line, code, false));
  }

  @Test
  void inputIsSaidInOneLineThatSteersNoTerminal() {
    is(new IllegalArgumentException("m.yaml:1: a\n  b\u001b[2J"), 2, "m.yaml:1: a b\\u001b[2J");
    is(new UncheckedIOException("f: gone", new IOException("x")), 2, "f: gone");
  }

  @Test
  void filesAreSaidWithTheReasonAndWithoutJavasNames() {
    is(new NoSuchFileException("a.yaml"), 2, "a.yaml: no such file or folder");
    is(
        new UncheckedIOException(new AccessDeniedException("b.yaml")),
        2,
        "b.yaml: permission denied");
  }

  @Test
  void theMachineIsNoDefect() {
    List<Throwable> machine =
        List.of(
            new OutOfMemoryError("Java heap space"),
            new OutOfMemoryError("Cannot reserve 10 bytes of direct buffer memory"),
            new OutOfMemoryError("unable to create native thread"),
            new StackOverflowError(),
            new IllegalStateException(new OutOfMemoryError("Java heap space")),
            new InternalError("a fault occurred in an unsafe memory access operation"),
            new UnsatisfiedLinkError("/tmp/x.so: failed to map segment from shared object"),
            new EngineException(
                "Failed to load PyTorch native library",
                new UnsatisfiedLinkError("libtorch.so: version `GLIBC_2.34' not found")),
            new EngineException("Failed to save pytorch index file"),
            new EngineException(
                "Failed to extract PyTorch native library",
                new IOException("No space left on device")),
            new EngineException("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"),
            new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB"));
    for (Throwable thrown : machine) {
      Failure failure = Failure.of(thrown);
      assertThat(failure.defect()).as(thrown.toString()).isFalse();
      assertThat(failure.code()).isEqualTo(1);
      assertThat(failure.line()).doesNotContain("Exception", "java.lang", "\n").hasLineCount(1);
    }
    assertThat(Failure.of(machine.get(0)).line()).contains("the Java heap has", "-Xmx");
    assertThat(Failure.of(machine.get(1)).line()).contains("MaxDirectMemorySize");
    assertThat(Failure.of(machine.get(7)).line()).contains("GLIBC_2.34", "C library is too old");
    assertThat(Failure.of(machine.get(9)).line()).contains("disk is full", "DJL_CACHE_DIR");
  }

  /** libtorch adds the stack of its native code, and the trainer what it was doing. */
  @Test
  void aCardWithoutMemoryIsOneShortLine() {
    EngineException error =
        new EngineException(
            "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139 GiB.\n"
                + "Exception raised from malloc at CUDACachingAllocator.cpp:1405 (most recent call first):\n"
                + "frame #0: c10::Error::Error(c10::SourceLocation, std::string) + 0x96\n");
    Failure failure =
        Failure.of(new IllegalStateException("a step of training.batch 4096 failed", error));
    assertThat(failure.line())
        .isEqualTo(
            "a step of training.batch 4096 failed: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139 GiB. Use a smaller batch, or --device cpu.");
    assertThat(failure.defect()).isFalse();
  }

  @Test
  void everythingElseIsADefect() {
    Failure failure = Failure.of(new IndexOutOfBoundsException("Index 5 out of bounds"));
    assertThat(failure).isEqualTo(new Failure("failed: Index 5 out of bounds", 1, true));
    assertThat(Failure.of(new IllegalStateException()).line())
        .isEqualTo("failed: no more is known");
  }
}
