package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command line says and computes the same wherever it runs. */
@EnabledOnOs(OS.LINUX)
final class EnvironmentTest {
  private static final List<String> NUMBERS =
      List.of("bound", "bits_per_dim", "score", "score_of_noise");

  private static final List<String> LANGUAGES =
      List.of("fa-IR", "ar-EG", "tr-TR", "hi-IN", "de-DE");

  @TempDir Path folder;
  private Path varve;

  /** What a process left. */
  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void findVarve() {
    varve = Cli.distribution().resolve("bin/varve");
  }

  /** Runs a line of a shell that begins with what is said of the environment. */
  private Ended shell(String line) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", line).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("LC_.*|LANG|LANGUAGE|TMPDIR"));
    builder.environment().put("VARVE", varve.toString());
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    int code = process.waitFor();
    return new Ended(code, read(out), read(err));
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private Ended succeed(String line) throws Exception {
    Ended ended = shell(line);
    assertThat(ended.code()).as(line + "\n" + ended.err()).isZero();
    return ended;
  }

  /** A Java that only says how it was started. */
  private void standIn(String version) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(
        folder.resolve("jdk/release"),
        "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\nJAVA_VERSION_DATE=\"2001\"\n".formatted(version));
    Path java = bin.resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"allocator $MALLOC_CONF options $*\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void takesLargePagesForWhatRunsBriefly() throws Exception {
    standIn("17.0.1");
    String unset = "unset MALLOC_CONF LD_PRELOAD; ";
    String start = "JAVA_HOME=$PWD/jdk VARVE_JAVA_OPTS=-Dmy=1 $VARVE ";
    for (String brief : List.of("score BUNDLE", "generate BUNDLE", "--version", "")) {
      assertThat(succeed(unset + start + brief).out())
          .contains(" -Dmy=1 ")
          .matches("allocator (|.*,thp:always) options (?s:.*)");
    }
    for (String longer : List.of("train MODEL", "resume RUN", "bench MODEL", "evaluate RUN")) {
      assertThat(succeed(unset + start + longer).out()).doesNotContain("thp:always");
    }
    assertThat(succeed("export MALLOC_CONF=narenas:1; " + start + "score B").out())
        .startsWith("allocator narenas:1 options ");
  }

  @Test
  void asksJavaWhereItsReleaseFileSaysNothing() throws Exception {
    standIn("17.0.1");
    String start = "JAVA_HOME=$PWD/jdk $VARVE --version";
    Path java = folder.resolve("jdk/bin/java");
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n");
    for (String release : List.of("", "IMPLEMENTOR=x\n", "JAVA_VERSION=\"21.0.1\"")) {
      Files.writeString(folder.resolve("jdk/release"), release);
      assertThat(shell(start).code()).as(release).isZero();
    }
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"11.0.1\"");
    assertThat(shell(start).err()).contains("is Java 11");
  }

  @Test
  void takesTheHeapThatIsAskedFor() throws Exception {
    standIn("17.0.1");
    for (String variable : List.of("VARVE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
      String start = "JAVA_HOME=$PWD/jdk %s=-Xmx24m $VARVE score B".formatted(variable);
      assertThat(succeed(start).out()).contains("SerialGC").doesNotContain("-Xms32m");
    }
    assertThat(succeed("JAVA_HOME=$PWD/jdk $VARVE score B").out()).contains("-Xms32m");
  }

  @Test
  void refusesAJavaThatIsTooOld() throws Exception {
    standIn("11.0.2");
    Ended ended = shell("JAVA_HOME=$PWD/jdk $VARVE --version");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("Java 17 or later is needed", "is Java 11; set JAVA_HOME");
  }

  @Test
  void startsFromWhateverPlace() throws Exception {
    for (String name : List.of("a:b", "50% *; \u00E4\u4E16")) {
      Path home = Files.createDirectories(folder.resolve(name).resolve("varve"));
      for (String part : List.of("lib", "plugins")) {
        Files.createSymbolicLink(home.resolve(part), Cli.distribution().resolve(part));
      }
      Files.copy(varve, Files.createDirectory(home.resolve("bin")).resolve("varve"));
      String line = "cd '" + name + "' && CDPATH=/usr:/ GREP_OPTIONS=-v sh varve/bin/varve ";
      assertThat(succeed(line + "plugins list").out()).contains("standard-normal");
      String linked = "cd '" + name + "' && ln -s varve/bin linked && linked/varve --version";
      assertThat(succeed(linked).out()).contains("varve ");
      for (String part : List.of("lib", "plugins")) {
        Files.delete(home.resolve(part)); // JUnit warns of links that lead out of its folder
      }
    }
  }

  @Test
  void saysWhereTheFolderIsGoneAndLeavesOutWhatIsNoJar() throws Exception {
    Ended gone = shell("mkdir gone && cd gone && rmdir ../gone && \"$VARVE\" --version");
    assertThat(gone.code()).isEqualTo(2);
    assertThat(gone.err()).endsWith("varve: the current folder is gone; change to another one.\n");
    String line = "mkdir jars && mkfifo jars/pipe.jar && \"$VARVE\" --plugins jars plugins list";
    Ended listed = shell(line);
    assertThat(listed.out() + listed.err())
        .contains("pipe.jar: is a folder, a pipe or a device, expected a JAR");
  }

  @Test
  void saysInALineWhereALibraryCannotBeUnpacked() throws Exception {
    Ended ended = shell("ulimit -f 100 && \"$VARVE\" doctor");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out() + ended.err())
        .contains("ONNX Runtime cannot be loaded: ")
        .doesNotContain("\tat ", "SEVERE");
  }

  @Test
  void namesFilesBeyondAsciiAndWritesUtf8InEveryLocale() throws Exception {
    Files.writeString(folder.resolve("m\u00E4\u4E16.yaml"), "name: x\n");
    for (String locale : List.of("LANG=C", "LC_ALL=absent")) {
      Ended ended =
          shell(locale + " \"$VARVE\" expand \"$(printf 'm\\303\\244\\344\\270\\226.yaml')\"");
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err()).contains("varve: m\u00E4\u4E16.yaml:1: ");
    }
  }

  @Test
  void resultsThatCannotBeWrittenAreNoSuccess() throws Exception {
    Ended full = shell("\"$VARVE\" schema > /dev/full");
    assertThat(full.code()).isEqualTo(1);
    assertThat(full.err())
        .isEqualTo(
            "varve: standard output: cannot be written: No space left on device. The results are lost.\n");
    Ended closed = shell("\"$VARVE\" schema >&-");
    assertThat(closed.code()).isEqualTo(1);
    Ended noReader = shell("{ \"$VARVE\" schema; echo $? >&2; } | true");
    assertThat(noReader.err()).isEqualTo("141\n");
  }

  /** The whole of it, wherever it can go wrong: minutes. */
  @Test
  @Tag("slow")
  void quickstartGivesTheSameNumbersEverywhere() throws Exception {
    List<String> environments = new ArrayList<>();
    environments.add("");
    environments.add("LANG=C");
    for (String language : LANGUAGES) {
      String[] parts = language.split("-", -1);
      environments.add(
          "LANG=%s_%s.UTF-8 VARVE_JAVA_OPTS='-Duser.language=%s -Duser.country=%s'"
              .formatted(parts[0], parts[1], parts[0], parts[1]));
    }
    Files.createDirectories(folder.resolve("my tmp"));
    environments.add("TMPDIR='" + folder.resolve("my tmp") + "'");
    environments.add("PYTORCH_VERSION=2.4.0 CDPATH=/usr");
    if (shell("test \"$(id -u)\" = 0 && command -v setpriv").code() == 0) {
      // Without a home, and in a folder of programs that it cannot change.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      environments.add("env -u HOME setpriv --reuid 12345 --regid 12345 --clear-groups");
    }
    List<JsonObject> all = new ArrayList<>();
    for (int i = 0; i < environments.size(); i++) {
      String line =
          "%s \"$VARVE\" quickstart --out demo%s --json".formatted(environments.get(i), i);
      String[] lines = succeed(line).out().strip().split("\n", -1);
      all.add(JsonParser.parseString(lines[lines.length - 1]).getAsJsonObject());
    }
    for (JsonObject each : all) {
      for (String number : NUMBERS) {
        assertThat(each.get(number)).as(number).isEqualTo(all.get(0).get(number));
      }
    }
    try (Stream<Path> files = Files.list(folder.resolve("my tmp"))) {
      assertThat(files).isEmpty();
    }
  }
}
