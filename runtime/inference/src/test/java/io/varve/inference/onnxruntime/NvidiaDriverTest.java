package io.varve.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a driver, on machines made of empty files. */
@EnabledOnOs(OS.LINUX)
class NvidiaDriverTest {
  @TempDir private Path root;

  private NvidiaDriver find(Map<String, String> variables) {
    return NvidiaDriver.find(root.toFile(), variables, "Linux");
  }

  private Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  @Test
  void seesThatThereIsNone() {
    NvidiaDriver none = find(Map.of("LD_LIBRARY_PATH", "::/nowhere:relative"));
    assertThat(none.lack()).hasValueSatisfying(s -> assertThat(s).contains("no NVIDIA driver"));
    assertThatThrownBy(() -> none.require("--device cuda", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--device cuda: there is no NVIDIA driver (libcuda.so.1, on Windows nvcuda.dll); use the device cpu");
    assertThat(NvidiaDriver.find(root.toFile(), Map.of(), "Mac OS X").lack()).isPresent();
  }

  @Test
  void findsTheLibraryWhereTheLoaderDoes() throws IOException {
    Path named = file("opt/driver/libcuda.so.1");
    Path listed = file("vendor/lib/libcuda.so.1");
    Files.createDirectory(root.resolve("etc"));
    Files.write(
        root.resolve("etc/ld.so.cache"),
        ("glibc-ld.so.cache1.1\0libcuda.so.1\0" + listed + "\0libm.so.6\0/lib/libm.so.6\0")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(find(Map.of()).library()).contains(listed);
    assertThat(find(Map.of("LD_LIBRARY_PATH", "/x:" + named.getParent())).library())
        .contains(named);
    Path usual = file("usr/lib64/libcuda.so.1");
    assertThat(find(Map.of()).library()).contains(usual);
  }

  @Test
  void countsTheCardsThatThisProcessMayUse() throws IOException {
    file("usr/lib64/libcuda.so.1");
    file("dev/nvidiactl");
    assertThat(find(Map.of()).lack())
        .hasValueSatisfying(s -> assertThat(s).contains("but no card that this process may use"));
    file("dev/nvidia0");
    file("dev/nvidia1");
    NvidiaDriver two = find(Map.of());
    assertThat(two.cards()).isEqualTo(2);
    assertThat(two.lack()).isEmpty();
    two.require("--device cuda:1", 1);
    assertThatThrownBy(() -> two.require("--device cuda:2", 2))
        .hasMessage("--device cuda:2: there are 2 cards, cuda:0 to cuda:1; use the device cpu");
    for (String hidden : new String[] {"", " ", "-1"}) {
      assertThat(find(Map.of("CUDA_VISIBLE_DEVICES", hidden)).lack()).isPresent();
    }
    assertThat(find(Map.of("CUDA_VISIBLE_DEVICES", "1")).lack()).isEmpty();
  }

  /** Under Windows Subsystem for Linux one file stands for all cards. */
  @Test
  void leavesTheNumberOpenWhereFilesDoNotTell() throws IOException {
    file("usr/lib/wsl/lib/libcuda.so.1");
    file("dev/dxg");
    NvidiaDriver some = find(Map.of());
    assertThat(some.cards()).isEqualTo(-1);
    assertThat(some.lack()).isEqualTo(Optional.empty());
    some.require("--device cuda:3", 3);
  }

  /** Every command looks once. The best of a few looks counts, as the machine may be busy. */
  @Test
  void looksFast() {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      NvidiaDriver.find();
      best = Math.min(best, System.nanoTime() - start);
    }
    assertThat(best * 1e-6).isLessThan(20);
  }
}
