package io.varve.app.plugins;

import io.varve.app.option.Version;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Maven project for one plug-in, from the templates of this package's resources.
 *
 * @param name the component's, as {@code my-transform}
 * @param type its record's, as {@code MyTransform}
 * @param kind the extension point, as {@code transform}
 * @param packageName the record's package, and the project's group
 * @param home the distribution that has Varve's artifacts
 */
record ProjectTemplate(String name, String type, String kind, String packageName, Path home) {
  private static final Pattern PLACE = Pattern.compile("@(name|Type|kind|package|version|home)@");

  /**
   * Writes the project into a folder that holds nothing.
   *
   * @throws IllegalArgumentException if something is there
   */
  void write(Path folder) {
    try {
      Folders.make(folder);
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new IllegalArgumentException(folder + ": is not empty; name a new folder by --out");
        }
      }
      for (Map.Entry<String, String> file : files().entrySet()) {
        Path target = folder.resolve(file.getKey());
        Folders.make(target.getParent());
        Files.writeString(target, filled(file.getValue()));
      }
    } catch (IOException e) {
      throw FileFault.unwritable(folder, e);
    }
  }

  /** The files of a project and their templates. */
  private Map<String, String> files() {
    String code = packageName.replace('.', '/') + "/" + type;
    Map<String, String> files = new LinkedHashMap<>();
    files.put("pom.xml", "pom.xml");
    files.put("README.md", "README.md");
    files.put(".gitignore", "gitignore");
    files.put("src/main/java/" + code + ".java", kind + ".java");
    files.put("src/test/java/" + code + "Test.java", "test.java");
    return files;
  }

  private String filled(String template) throws IOException {
    try (InputStream in = ProjectTemplate.class.getResourceAsStream("project/" + template)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return PLACE
          .matcher(text)
          .replaceAll(place -> Matcher.quoteReplacement(value(place.group(1))));
    }
  }

  private String value(String place) {
    return switch (place) {
      case "name" -> name;
      case "Type" -> type;
      case "kind" -> kind;
      case "package" -> packageName;
      case "version" -> Version.text();
      default -> path(home.toAbsolutePath().normalize());
    };
  }

  /** A folder as it stands in a URL in XML: with %20 for a space, and on Windows /C:/... */
  private static String path(Path folder) {
    return folder.toUri().getRawPath().replaceFirst("/$", "").replace("&", "%26");
  }
}
