package io.varve.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.inference.TinyBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service writes nothing outside its folders, tells nobody anything and leaves nothing behind.
 */
@EnabledOnOs({OS.LINUX, OS.MAC}) // what Windows does with events is the system's
class QuietTest {
  private static final Path STRACE = Path.of("/usr/bin/strace");
  private static final Pattern CREATED =
      Pattern.compile("(?:openat?2?|creat|mkdir(?:at)?)\\((?:AT_FDCWD, )?\"([^\"]+)\".*");

  /** ONNX Runtime 1.29 read the command line to report it, and ended the process at 4 KB of it. */
  private static final String LONG = "-Dlong=" + "/a/folder.jar:".repeat(600);

  @TempDir private Path folder;
  private Path home;
  private Path temporary;

  @BeforeEach
  void makeFolders() throws IOException {
    home = Files.createDirectory(folder.resolve("home"));
    temporary = Files.createDirectory(folder.resolve("tmp"));
    TinyBundle.write(Files.createDirectory(folder.resolve("bundle")));
  }

  @Test
  void writesNothingAndAsksNobody() throws Exception {
    holdsABundle(1);
  }

  /** Events used to be stored at once and sent some seconds later. */
  @Test
  @Tag("slow")
  void writesNothingAndAsksNobodyForAMinute() throws Exception {
    holdsABundle(60);
  }

  private void holdsABundle(int seconds) throws Exception {
    List<String> command = new ArrayList<>();
    Path trace = folder.resolve("trace");
    if (Files.isExecutable(STRACE)) {
      command.addAll(List.of(STRACE + "", "-f", "-qq", "-o", trace + "", "-e"));
      command.add("trace=openat,open,creat,mkdir,mkdirat,connect,sendto,sendmsg,sendmmsg");
    }
    command.addAll(service(LONG, Integer.toString(seconds)));
    assertThat(run(command)).contains("answered by ONNX Runtime");
    assertThat(files(home)).isEmpty();
    assertThat(files(temporary)).isEmpty();
    if (Files.exists(trace)) {
      List<String> calls = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
      assertThat(calls).anyMatch(call -> call.contains("bound.onnx")); // it sees what is opened
      assertThat(calls.stream().filter(QuietTest::asks)).isEmpty();
      assertThat(calls.stream().filter(this::writesElsewhere)).isEmpty();
    }
  }

  /** Whether a traced call speaks to a socket, or reads how names are looked up. */
  private static boolean asks(String call) {
    return (call.matches(".*\\b(connect|sendto|sendmsg|sendmmsg)\\(.*")
            && !call.contains("AF_UNIX"))
        || call.contains("/etc/resolv.conf")
        || call.contains("/etc/hosts\"");
  }

  /** Whether a traced call makes a file outside the temporary folder. */
  private boolean writesElsewhere(String call) {
    Matcher path = CREATED.matcher(call.replaceFirst("^\\d+ +", ""));
    return path.matches()
        && (call.contains("O_CREAT") || call.contains("mkdir") || call.contains("creat("))
        && !call.contains("= -1 ")
        && !Path.of(path.group(1)).startsWith(temporary);
  }

  @Test
  void leavesNothingInTheTemporaryFolderWhenItIsKilled() throws Exception {
    Process service = start(service("", "60"));
    try {
      String loaded = "libonnxruntime";
      Path maps = Path.of("/proc", Long.toString(service.pid()), "maps");
      while (service.isAlive() && Files.exists(maps) && !Files.readString(maps).contains(loaded)) {
        Thread.sleep(20);
      }
      Thread.sleep(Files.exists(maps) ? 1000 : 3000);
      assertThat(service.isAlive()).isTrue();
    } finally {
      service.destroyForcibly().waitFor();
    }
    assertThat(files(temporary)).isEmpty();
  }

  @Test
  void namesATemporaryFolderThatIsMissing() throws Exception {
    Files.delete(temporary);
    assertThat(run(service("", "1")))
        .contains(
            "IllegalArgumentException: "
                + temporary
                + ": cannot hold temporary files: no such file or folder.");
  }

  @Test
  void refusesAVersionThatReports() {
    for (String version : List.of("1.29.0", "1.30.1", "2.0.0", "1.31.0-rc1")) {
      assertThatThrownBy(() -> OnnxRuntime.requireSilence(version, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("ONNX Runtime " + version + " stores and sends usage events");
      OnnxRuntime.requireSilence(version, Map.of("ORT_DISABLE_TELEMETRY", "1"));
    }
    for (String version : List.of("1.28.0", "1.9.2", "0.30.0")) {
      OnnxRuntime.requireSilence(version, Map.of());
    }
    OnnxRuntime.requireSilence(null, Map.of());
  }

  private List<String> service(String property, String seconds) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (!property.isEmpty()) {
      command.add(property);
    }
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-Duser.home=" + home,
            "-Djava.io.tmpdir=" + temporary,
            QuietService.class.getName(),
            folder.resolve("bundle").toString(),
            seconds));
    return command;
  }

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    Map<String, String> variables = builder.environment();
    variables.keySet().removeIf(name -> name.startsWith("XDG_") || name.startsWith("ORT_"));
    variables.remove("CI"); // ONNX Runtime reports nothing where it takes the machine for a server
    variables.put("HOME", home.toString());
    variables.put("TMPDIR", temporary.toString());
    String classes = System.getProperty("java.class.path");
    variables.put("CLASSPATH", System.getProperty("surefire.test.class.path", classes));
    return builder.start();
  }

  private String run(List<String> command) throws Exception {
    Process process = start(command);
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
