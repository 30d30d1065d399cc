package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortableNameTest {
  @TempDir Path folder;

  /** Prints the names in a folder, as code points. */
  static final class Names {
    private Names() {}

    public static void main(String[] folder) {
      for (PictureFile file : PictureFolder.pictures(Path.of(folder[0]), "", new LeftOut())) {
        System.out.println(file.item().name().codePoints().boxed().toList());
      }
    }
  }

  @Test
  void isTheSameUnderEveryLocale() throws IOException, InterruptedException {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"));
    for (String name : List.of("\u4e00.png", "\u4e03.png", "e\u0301/a b%20+.png", "~\u00e9.jpg")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
    latin1();
    List<String> expected =
        List.of(
            codes("caf\u00e9.png"),
            codes("~\u00e9.jpg"),
            codes("\u00e9/a b%20+.png"),
            codes("\u4e00.png"),
            codes("\u4e03.png"));
    assertThat(names("C.UTF-8")).isEqualTo(expected);
    assertThat(names("C")).isEqualTo(expected);
  }

  /** A name that is no UTF-8, which this JVM cannot make. */
  private void latin1() throws IOException, InterruptedException {
    String touch = "touch \"$1/$(printf 'caf\\351.png')\"";
    Process made = new ProcessBuilder("sh", "-c", touch, "sh", folder.toString()).start();
    assertThat(made.waitFor()).isZero();
  }

  private static String codes(String name) {
    return name.codePoints().boxed().toList().toString();
  }

  private List<String> names(String locale) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Names.class.getName(),
            folder.toString());
    java.environment().put("LC_ALL", locale);
    Process process = java.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out.lines().toList();
  }
}
