package io.varve.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries of the JAR for CUDA are unpacked once, whole or not at all. */
class GpuLibrariesTest {
  private static final String CUDA = System.mapLibraryName("onnxruntime_providers_cuda");
  private static final String JNI = System.mapLibraryName("onnxruntime4j_jni");

  @TempDir private Path home;
  private int read;

  private InputStream library(String name) {
    read++;
    return name.equals(CUDA) || name.equals(JNI)
        ? new ByteArrayInputStream(name.getBytes(StandardCharsets.UTF_8))
        : null;
  }

  @Test
  void unpacksOnceForEachVersion() throws IOException {
    Path cache = home.resolve("cache/varve");
    GpuLibraries libraries = new GpuLibraries(this::library);
    Path folder = libraries.unpacked(cache, "1.28.0").orElseThrow();
    assertThat(folder).isEqualTo(cache.resolve("onnxruntime_gpu-1.28.0"));
    assertThat(names(folder)).containsExactlyInAnyOrder(CUDA, JNI);
    assertThat(folder.resolve(CUDA)).hasContent(CUDA);
    read = 0;
    assertThat(libraries.unpacked(cache, "1.28.0")).contains(folder);
    assertThat(read).isEqualTo(1); // only whether there are any
    assertThat(libraries.unpacked(cache, "1.28.1")).isNotEqualTo(Optional.of(folder));
  }

  @Test
  void leavesTheJarForTheCpuAlone() {
    Path cache = home.resolve("cache");
    assertThat(new GpuLibraries(name -> null).unpacked(cache, "1.28.0")).isEmpty();
    assertThat(cache).doesNotExist();
  }

  @Test
  void beginsAnewAfterAProcessThatWasKilled() throws IOException {
    Path part = Files.createDirectory(home.resolve("onnxruntime_gpu-1.28.0.part"));
    Files.writeString(part.resolve("half"), "a");
    Path folder = new GpuLibraries(this::library).unpacked(home, "1.28.0").orElseThrow();
    assertThat(names(folder)).containsExactlyInAnyOrder(CUDA, JNI);
    assertThat(part).doesNotExist();
  }

  @Test
  void keepsNothingHalf() {
    GpuLibraries broken =
        new GpuLibraries(
            name -> {
              if (name.equals(JNI)) {
                return new InputStream() {
                  @Override
                  public int read() throws IOException {
                    throw new IOException("No space left on device");
                  }
                };
              }
              return library(name);
            });
    assertThat(broken.unpacked(home, "1.28.0")).isEmpty(); // ONNX Runtime unpacks as it would
    assertThat(names(home)).containsExactly("onnxruntime_gpu-1.28.0.lock");
    assertThat(home.resolve("onnxruntime_gpu-1.28.0")).doesNotExist();
  }

  /** A folder that cannot be made, as below a file. */
  @Test
  void goesOnWhereItCannotWrite() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    assertThat(new GpuLibraries(this::library).unpacked(file.resolve("cache"), "1")).isEmpty();
  }

  private static Stream<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
