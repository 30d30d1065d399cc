package io.varve.app.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.app.Jar;
import io.varve.app.Line;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.processor.ExtensionAnnotationProcessor;

final class PluginsNewCommandTest {
  private static final List<String> KINDS =
      List.of("transform", "prior", "likelihood", "bijector", "network", "schedule", "hierarchy");

  /** A Maven plug-in and its version, on one line or on two. */
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>(maven-[a-z]+-plugin)</artifactId>\\s*<version>([^<]+)<");

  @TempDir Path folder;

  @BeforeEach
  void aDistribution() throws IOException {
    Files.createDirectories(folder.resolve("home/maven"));
    Files.createDirectories(folder.resolve("home/plugins"));
    System.setProperty("varve.home", folder.resolve("home").toString());
  }

  @AfterEach
  void none() {
    System.clearProperty("varve.home");
  }

  private Path project(String kind) {
    Path project = folder.resolve(kind);
    assertThat(Line.run("plugins", "new", "my-" + kind, "--kind", kind, "--out", project))
        .isEqualTo(new Line(0, "wrote " + project + ": now run 'mvn -B verify' there\n", ""));
    return project;
  }

  private static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    }
  }

  /** One JAR of all kinds: javac takes longer to start than to compile them. */
  @Test
  void everyKindCompilesAndLoadsAndBinds() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String kind : KINDS) {
      List<Path> ofOne = files(project(kind), ".java");
      assertThat(ofOne).hasSize(2);
      sources.addAll(ofOne);
    }
    Path jar = pack(compile(sources));
    try (Catalog catalog = Catalog.ofJars(List.of(jar))) {
      assertThat(catalog.leftOut()).isEmpty();
      assertThat(catalog.plugins().get(0).components())
          .containsExactlyInAnyOrderElementsOf(
              KINDS.stream().map(kind -> kind + " my-" + kind).toList());
      for (Class<?> point : catalog.points()) {
        for (Class<?> type : catalog.components(point).values()) {
          if (point != Hierarchy.class) { // which reads defaults that name bundled plug-ins
            for (String example : type.getAnnotation(Named.class).examples()) {
              assertThat(new Binder(catalog).bind("example", example, type))
                  .isInstanceOf(Component.class);
            }
          }
        }
      }
    }
  }

  private Path compile(List<Path> sources) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-Xlint:all,-processing", "-Werror", "-d", classes.toString());
      List<String> messages = new ArrayList<>();
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              null,
              files,
              note -> messages.add(note.toString()),
              options,
              null,
              files.getJavaFileObjectsFromPaths(sources));
      task.setProcessors(List.of(new ExtensionAnnotationProcessor()));
      assertThat(task.call()).as("%s", messages).isTrue();
    }
    return classes;
  }

  private Path pack(Path classes) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", "all");
    manifest.getMainAttributes().putValue("Plugin-Version", "1.0.0");
    Path file = folder.resolve("all.jar");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      for (String end : List.of(".class", ".idx")) {
        for (Path entry : files(classes, end)) {
          jar.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
          jar.write(Files.readAllBytes(entry));
        }
      }
    }
    return file;
  }

  @Test
  void namesTheDistributionOnceAndNothingElseOfThisMachine() throws IOException {
    Path project = project("prior");
    for (Path file : files(project, "")) {
      if (Files.isRegularFile(file)) {
        String text = Files.readString(file);
        assertThat(text).doesNotContain("@name@", "@Type@", "@package@", "@home@");
        String home = "<varve.home>" + folder.resolve("home") + "</varve.home>";
        assertThat(text.replace(home, "")).doesNotContain(folder.toString());
      }
    }
    assertThat(files(project, "").stream().filter(Files::isRegularFile))
        .extracting(file -> project.relativize(file).toString())
        .containsExactlyInAnyOrder(
            "pom.xml",
            "README.md",
            ".gitignore",
            "src/main/java/com/example/MyPrior.java",
            "src/test/java/com/example/MyPriorTest.java");
  }

  @Test
  void buildsWithTheMavenPluginsThatBuildVarve() throws IOException {
    Matcher own = VERSION.matcher(Files.readString(project("schedule").resolve("pom.xml")));
    String root = Files.readString(Path.of("../../pom.xml"), StandardCharsets.UTF_8);
    int found = 0;
    for (; own.find(); found++) {
      assertThat(root.replaceAll("\\s*\\R\\s*", ""))
          .contains(
              "<artifactId>%s</artifactId><version>%s<".formatted(own.group(1), own.group(2)));
    }
    assertThat(found).isEqualTo(4);
  }

  private void refused(String message, Object... arguments) {
    Line line = Line.run(arguments);
    assertThat(line.err()).isEqualTo("varve: " + message + "\n");
    assertThat(line.code()).isEqualTo(2);
  }

  @Test
  void refusesNames() {
    refused(
        "'MyThing' cannot name a component; write lower-case words joined by hyphens, as"
            + " my-transform",
        "plugins",
        "new",
        "MyThing");
    refused(
        "'transform' would make a record Transform, which Java code means otherwise; take another"
            + " name",
        "plugins",
        "new",
        "transform");
    refused(
        "--package 'my.class' is no Java package; write it as com.example",
        "plugins",
        "new",
        "mine",
        "--package",
        "my.class");
    Path jar = Jar.write(folder.resolve("home/plugins/a.jar"), "a", "1.0.0", "one");
    refused(
        "there is a schedule 'one' already, in " + jar + "; take another name",
        "plugins",
        "new",
        "one",
        "--kind",
        "schedule");
  }

  @Test
  void writesOverNothing() throws IOException {
    Path project = project("bijector");
    Files.delete(project.resolve("pom.xml"));
    refused(
        project + ": is not empty; name a new folder by --out",
        "plugins",
        "new",
        "mine",
        "--out",
        project);
    System.setProperty("varve.home", folder.toString());
    refused(
        "there is no distribution to build against; start through bin/varve",
        "plugins",
        "new",
        "mine");
  }
}
