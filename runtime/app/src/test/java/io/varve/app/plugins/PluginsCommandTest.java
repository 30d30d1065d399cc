package io.varve.app.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.varve.app.Jar;
import io.varve.app.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginsCommandTest {
  @TempDir Path folder;
  private Path plugins;

  @BeforeEach
  void aDistribution() throws IOException {
    plugins = Files.createDirectories(folder.resolve("home/plugins"));
    System.setProperty("varve.home", folder.resolve("home").toString());
  }

  @AfterEach
  void none() {
    System.clearProperty("varve.home");
  }

  private Path jar(String name, String id, String schedule) {
    return Jar.write(folder.resolve(name), id, "1.0.0", schedule);
  }

  private static void refused(Line line, String message) {
    assertThat(line.err()).isEqualTo("varve: " + message + "\n");
    assertThat(line.code()).isEqualTo(2);
    assertThat(line.out()).isEmpty();
  }

  private List<String> installed() throws IOException {
    try (Stream<Path> files = Files.list(plugins)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void listsWhatIsLoadedAndWhatIsLeftOut() throws IOException {
    Jar.write(plugins.resolve("a.jar"), "a", "1.0.0", "one");
    assertThat(Line.run("plugins", "list")).isEqualTo(new Line(0, "a  1.0.0  schedule one\n", ""));
    Path late = Jar.write(plugins.resolve("b.jar"), "b", "1.0.0", "one");
    String reason =
        "its schedule 'one' has the name of one in "
            + plugins.resolve("a.jar")
            + ", which is loaded first; rename it, or remove one of them";
    assertThat(Line.run("plugins", "list"))
        .isEqualTo(
            new Line(2, "a  1.0.0  schedule one\nleft out: " + late + ": " + reason + "\n", ""));
    Line json = Line.run("plugins", "list", "--json");
    assertThat(json.code()).isEqualTo(2);
    JsonObject object = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(object.getAsJsonObject("plugins").keySet()).containsExactly("a");
    JsonObject leftOut = object.getAsJsonArray("left_out").get(0).getAsJsonObject();
    assertThat(leftOut.get("jar").getAsString()).isEqualTo(late.toString());
    assertThat(leftOut.get("reason").getAsString()).isEqualTo(reason);
    assertThat(leftOut.get("components").getAsJsonArray().get(0).getAsString())
        .isEqualTo("schedule one");
    Line other = Line.run("schema");
    assertThat(other.err()).isEqualTo("warning: plug-in left out: " + late + ": " + reason + "\n");
    assertThat(other.code()).isZero();
  }

  @Test
  void doctorCountsWhatIsLeftOut() throws IOException {
    Files.writeString(plugins.resolve("bad.jar"), "no zip");
    Line doctor = Line.run("doctor", "--json");
    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.err())
        .contains("problem: plug-in left out: " + plugins.resolve("bad.jar") + ": is not a whole");
  }

  @Test
  void installsAndRemoves() throws IOException {
    Path jar = jar("mine.jar", "mine", "two");
    Line done = Line.run("plugins", "install", jar);
    assertThat(done).isEqualTo(new Line(0, "installed mine 1.0.0: schedule two\n", ""));
    assertThat(plugins.resolve("mine.jar")).hasSameBinaryContentAs(jar);
    assertThat(installed()).containsExactly("mine.jar");
    assertThat(Line.run("plugins", "list").out()).isEqualTo("mine  1.0.0  schedule two\n");
    Path gone = plugins.resolve("mine.jar");
    assertThat(Line.run("plugins", "remove", "mine"))
        .isEqualTo(new Line(0, "removed " + gone + "\n", ""));
    assertThat(installed()).isEmpty();
    Line.run("plugins", "install", jar);
    assertThat(Line.run("plugins", "remove", "mine.jar", "--json").out())
        .isEqualTo("{\"removed\":\"" + gone + "\"}\n");
    refused(
        Line.run("plugins", "remove", "mine"),
        "no plug-in has the Plugin-Id or file name 'mine'; 'varve plugins list --json' names them");
  }

  @Test
  void installsIntoTheFolderThatIsNamed() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Line.run("plugins", "install", jar("mine.jar", "mine", "two"), "--plugins", other);
    assertThat(other.resolve("mine.jar")).exists();
    assertThat(installed()).isEmpty();
  }

  @Test
  void refusesToInstallWhatCannotBeUsed() throws IOException {
    Path text = Files.writeString(folder.resolve("text.jar"), "no zip");
    refused(
        Line.run("plugins", "install", text),
        text + ": is not a whole JAR: zip END header not found; copy or build it again");
    refused(
        Line.run("plugins", "install", folder.resolve("absent.jar")),
        folder.resolve("absent.jar") + ": is no file NAME.jar; give the plug-in's JAR");
    Jar.write(plugins.resolve("a.jar"), "a", "1.0.0", "one");
    Path clash = jar("b.jar", "b", "one");
    refused(
        Line.run("plugins", "install", clash),
        clash
            + ": its schedule 'one' has the name of one in "
            + plugins.resolve("a.jar")
            + ", which is loaded first; rename it, or remove one of them");
    assertThat(installed()).containsExactly("a.jar");
  }

  @Test
  void replacesOnlyWhenTold() throws IOException {
    Line.run("plugins", "install", jar("mine-1.jar", "mine", "two"));
    Path newer = jar("mine-2.jar", "mine", "two");
    refused(
        Line.run("plugins", "install", newer),
        newer
            + ": 'mine' 1.0.0 is installed already, as "
            + plugins.resolve("mine-1.jar")
            + "; --replace takes its place");
    assertThat(Line.run("plugins", "install", newer, "--replace").code()).isZero();
    assertThat(installed()).containsExactly("mine-2.jar");
    Files.writeString(plugins.resolve("mine-3.jar"), "damaged");
    Path third = jar("mine-3.jar", "other", "three");
    refused(
        Line.run("plugins", "install", third),
        third
            + ": "
            + plugins.resolve("mine-3.jar")
            + " is there already; --replace takes its place");
    assertThat(Line.run("plugins", "install", third, "--replace").code()).isZero();
    assertThat(plugins.resolve("mine-3.jar")).hasSameBinaryContentAs(third);
  }

  @Test
  void keepsWhatComesWithVarve() throws IOException {
    Path jar = Jar.write(plugins.resolve("bundled.jar"), "varve-bundled", "1.0.0", "one");
    refused(
        Line.run("plugins", "remove", "varve-bundled"),
        jar + ": comes with Varve, and models need it; --force removes it all the same");
    Path impostor = jar("mine.jar", "varve-bundled", "two");
    refused(
        Line.run("plugins", "install", "--replace", impostor),
        impostor
            + ": its Plugin-Id 'varve-bundled' is that of a plug-in that comes with Varve; take"
            + " another");
    assertThat(Line.run("plugins", "remove", "bundled.jar", "--force").code()).isZero();
    assertThat(installed()).isEmpty();
  }
}
