package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a product engineer does first: a Maven project with the README's coordinates and its code
 * scores a PNG, on the class path and on the module path. {@code -Dvarve.java=HOME,...} names more
 * JDKs to run it on.
 */
@Tag("slow")
final class ServiceProjectTest {
  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example</groupId>
        <artifactId>service</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
      %s
        </dependencies>
        <build>
          <plugins>
            <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
            <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
          </plugins>
        </build>
      </project>
      """;

  private static final String MAIN =
      """
      package com.example;

      import io.varve.inference.*;
      import java.nio.file.*;
      import java.util.*;

      public class Service {
        public static void main(String[] arguments) throws Exception {
          %s
        }
      }
      """;

  private static final String PRINT = "System.out.println(nats[0] + \" \" + drawn.rows());\n}";

  @TempDir Path folder;

  @Test
  void scoresAPictureWithAndWithoutModules() throws Exception {
    Path source = folder.resolve("source");
    run(folder, "git", "clone", "-q", Cli.root().toString(), source.toString());
    MavenRun maven = new MavenRun(folder, true);
    String[] install = ReadmeTest.INSTALL_COMMAND.split(" ", -1);
    maven.succeed(source, Stream.of(install).skip(1).toArray(String[]::new));
    Path project = Files.createDirectories(folder.resolve("service"));
    writeProject(project);
    prepareData(project);
    String list = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath";
    maven.succeed(project, "compile", list, "-Dmdep.outputFile=" + folder.resolve("path.txt"));
    String path =
        project.resolve("target/classes")
            + File.pathSeparator
            + Files.readString(folder.resolve("path.txt"));
    for (String java : javas()) {
      String plain = run(project, java, "-cp", path, "com.example.Service");
      String modular = run(project, java, "-p", path, "-m", "service/com.example.Service");
      assertThat(plain).matches("-\\d+\\.\\d+ 16\\s+");
      assertThat(modular).isEqualTo(plain);
    }
  }

  private static void writeProject(Path project) throws IOException {
    String readme = Files.readString(Cli.root().resolve("README.md"));
    Path code = Files.createDirectories(project.resolve("src/main/java/com/example"));
    Files.writeString(
        project.resolve("pom.xml"), POM.formatted(block(readme, "xml", "varve-inference")));
    String snippet = block(readme, "java", "Bundle.open").strip();
    assertThat(snippet).endsWith("}");
    String body = snippet.substring(0, snippet.length() - 1) + PRINT;
    Files.writeString(code.resolve("Service.java"), MAIN.formatted(body));
    Files.writeString(
        project.resolve("src/main/java/module-info.java"),
        "module service { requires varve.inference; }");
  }

  /** What the README's code finds: a bundle of pictures of 28 x 28, and one such picture. */
  private static void prepareData(Path project) throws IOException {
    String[] set = {"data.count=64", "data.test-count=16", "training.epochs=1"};
    Path model = Cli.root().resolve("runtime/app/src/main/resources/io/varve/app/quickstart.yaml");
    List<String> train = new ArrayList<>(List.of("train", model.toString(), "--out", "./run"));
    Stream.of(set).forEach(each -> train.addAll(List.of("--set", each)));
    Cli.succeedHere(project, train.toArray(String[]::new));
    Cli.succeedHere(project, "export", "./run", "--out", "./bundles/mnist");
    BufferedImage digit = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    digit.getRaster().setSamples(12, 4, 3, 20, 0, new int[60]);
    ImageIO.write(digit, "png", project.resolve("digit.png").toFile());
  }

  private static String block(String page, String language, String with) {
    Matcher blocks = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```").matcher(page);
    return blocks
        .results()
        .map(block -> block.group(1))
        .filter(text -> text.contains(with))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> javas() {
    String others = System.getProperty("varve.java", "");
    return Stream.concat(
            Stream.of(System.getProperty("java.home")),
            Stream.of(others.split(",", -1)).filter(home -> !home.isEmpty()))
        .map(home -> Path.of(home, "bin", "java").toString())
        .toList();
  }

  private static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path errors = directory.resolve("errors.log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(errors.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return out;
  }
}
