package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a user names for output is written as every program writes it. */
final class OutputFileTest {
  private static final String TEXT = "image,bound\n";

  @TempDir private Path folder;

  private List<String> names(Path where) throws IOException {
    try (Stream<Path> files = Files.list(where)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void write(Path file) {
    OutputFile.require(file);
    OutputFile.write(file, TEXT);
  }

  @Test
  void replacesAFileAndMakesItsFolders() throws IOException {
    Path file = folder.resolve("a/b/scores.csv");
    write(file);
    OutputFile.write(file, "other");
    assertThat(file).hasContent("other");
    assertThat(names(file.getParent())).containsExactly("scores.csv");
  }

  @Test
  void requiringAFileNeitherMakesNorChangesIt() throws IOException {
    Path there = Files.writeString(folder.resolve("there.csv"), "before");
    OutputFile.require(there);
    OutputFile.require(folder.resolve("absent.csv"));
    assertThat(there).hasContent("before");
    assertThat(names(folder)).containsExactly("there.csv");
  }

  @Test
  void writesNamesAsLongAsTheSystemAllows() {
    Path file = folder.resolve("\u00E4".repeat(120) + ".csv");
    write(file);
    assertThat(file).hasContent(TEXT);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void followsLinksAndLeavesThem() throws IOException {
    Files.createDirectory(folder.resolve("far"));
    Path there = Files.writeString(folder.resolve("far/there.csv"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), Path.of("far/there.csv"));
    Path second = Files.createSymbolicLink(folder.resolve("second.csv"), link);
    Path dangling = Files.createSymbolicLink(folder.resolve("new.csv"), Path.of("far/new.csv"));
    write(second);
    write(dangling);
    assertThat(there).hasContent(TEXT);
    assertThat(folder.resolve("far/new.csv")).hasContent(TEXT);
    for (Path path : List.of(link, second, dangling)) {
      assertThat(Files.isSymbolicLink(path)).isTrue();
    }
    Path circle = Files.createSymbolicLink(folder.resolve("circle"), folder.resolve("circle"));
    assertThatThrownBy(() -> write(circle))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("circle: cannot be written: symbolic links lead in a circle");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void writesThroughDevicesAndPipes() throws Exception {
    write(Path.of("/dev/null"));
    Path toDevice = Files.createSymbolicLink(folder.resolve("null.csv"), Path.of("/dev/null"));
    write(toDevice);
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(Files.isSymbolicLink(toDevice)).isTrue();
    Files.delete(toDevice); // JUnit warns of links that lead out of its folder

    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<byte[]> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(pipe);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    write(pipe);
    assertThat(new String(read.get(), StandardCharsets.UTF_8)).isEqualTo(TEXT);
    assertThat(Files.isRegularFile(pipe, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void saysThatADeviceIsFull() {
    assertThatThrownBy(() -> write(Path.of("/dev/full")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("/dev/full: cannot be written: No space left on device. Free some space.");
  }

  @Test
  void refusesAFolderAndAFileForAFolderBeforeTheWork() throws IOException {
    assertThatThrownBy(() -> OutputFile.require(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder + ": is a folder; name a file");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> OutputFile.require(file.resolve("scores.csv")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scores.csv: cannot be written: ");
  }

  @Test
  void knowsWhereAFolderIs() throws IOException {
    Path real = folder.toRealPath();
    Files.createDirectory(folder.resolve("there"));
    assertThat(Folders.place(folder.resolve("there/."))).isEqualTo(real.resolve("there"));
    assertThat(Folders.place(folder.resolve("there/.."))).isEqualTo(real);
    assertThat(Folders.place(folder.resolve("new/."))).isEqualTo(folder.resolve("new"));
    assertThat(Folders.place(folder.resolve("new/../other"))).isEqualTo(folder.resolve("other"));
    assertThat(Folders.place(folder.resolve("new"))).isEqualTo(real.resolve("new"));
  }
}
