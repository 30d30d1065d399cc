package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
  private static final String JAVA =
      "\"$JAVA\" -Xmx64m -XX:-UsePerfData " + Writer.class.getName().replace("$", "\\$");

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
  void writesNamesAsLongAsTheSystemAllowsAndRefusesLongerOnesBeforeTheWork() throws IOException {
    for (String name : List.of("\u00E4".repeat(120) + ".csv", "a".repeat(251) + ".csv")) {
      Path file = folder.resolve(name);
      write(file);
      write(file);
      assertThat(file).hasContent(TEXT);
      Files.delete(file);
    }
    assertThatThrownBy(() -> OutputFile.require(folder.resolve("a".repeat(252) + ".csv")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".csv: cannot be written: ");
    assertThat(names(folder)).isEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void keepsThePermissionsOfTheFileItReplaces() throws IOException {
    Path file = Files.writeString(folder.resolve("scores.csv"), "before");
    for (String rights : List.of("rw-------", "rw-rw-rw-", "rwxr-x---")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
      Object before = Files.getAttribute(file, "unix:ino");
      write(file);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo(rights);
      assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
    }
    Path fresh = folder.resolve("new.csv");
    write(fresh);
    Path plain = Files.createFile(folder.resolve("plain"));
    assertThat(Files.getPosixFilePermissions(fresh))
        .isEqualTo(Files.getPosixFilePermissions(plain));
  }

  /** No file can be made in a folder of /proc, whoever asks. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void writesThroughAFileWhoseFolderTakesNoOthers() throws IOException {
    Path file = Path.of("/proc/self/comm");
    String before = Files.readString(file);
    try {
      OutputFile.require(file);
      OutputFile.write(file, "varve-test");
      assertThat(file).hasContent("varve-test\n");
    } finally {
      OutputFile.write(file, before);
    }
  }

  /** Where a test may: a file that is a mount, one of another user, and a folder not to be read. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void writesThroughAFileThatCannotBeReplaced() throws Exception {
    assumeThat(shell("unshare -m true && setpriv --reuid 65534 true")).isEmpty();
    String user = "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all ";
    assertThat(
            shell(
                "chmod 755 . && touch source mounted && mkdir sticky blind",
                "touch sticky/scores.csv && chmod 666 sticky/scores.csv && chmod 1777 sticky",
                "chmod 333 blind",
                "unshare -m sh -c 'mount --bind source mounted && " + JAVA + " mounted'",
                user + JAVA + " sticky/scores.csv blind/scores.csv"))
        .isEmpty();
    for (String name : List.of("source", "sticky/scores.csv", "blind/scores.csv")) {
      assertThat(folder.resolve(name)).hasContent(TEXT);
    }
    assertThat(names(folder.resolve("sticky"))).containsExactly("scores.csv");
    assertThat(names(folder.resolve("blind"))).containsExactly("scores.csv");
  }

  /** What the lines of a shell say; nothing where all succeed. */
  private String shell(String... lines) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "set -e\n" + String.join("\n", lines) + " || echo failed")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    String classes = System.getProperty("java.class.path");
    builder.environment().put("CLASSPATH", System.getProperty("surefire.test.class.path", classes));
    builder.environment().put("JAVA", System.getProperty("java.home") + "/bin/java");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? said : said + "failed";
  }

  /** Writes the files of its arguments in a process of its own. */
  static final class Writer {
    private Writer() {}

    /** Fails where a file cannot be written. */
    public static void main(String[] files) {
      for (String file : files) {
        OutputFile.require(Path.of(file));
        OutputFile.write(Path.of(file), TEXT);
      }
    }
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
        .hasMessage(
            "%s: cannot be written: %s is a file, expected a folder. Choose a place that can be written.",
            file.resolve("scores.csv"), file);
    assertThatThrownBy(() -> OutputFile.require(file.resolve("deeper/scores.csv")))
        .hasMessageContaining("cannot be written: " + file + " is a file, expected a folder");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void makesFoldersWhereLinksLead() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("real"));
    Folders.make(link);
    Folders.make(link.resolve("a/b"));
    assertThat(real.resolve("a/b")).isDirectory();
    Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
    assertThatThrownBy(() -> Folders.make(dangling.resolve("a")))
        .hasMessageContaining(dangling + " is a link that leads nowhere, expected a folder");
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
