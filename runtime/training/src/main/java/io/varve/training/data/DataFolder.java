package io.varve.training.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of a data set, and the errors about what it lacks. */
record DataFolder(Path path) {
  private static final int NAMES_SHOWN = 8;

  DataFolder(String path) {
    this(Path.of(path));
    if (!Files.isDirectory(this.path)) {
      throw new IllegalArgumentException(
          "%s: expected a folder with the data set, found %s; set data.path (or --data) to it"
              .formatted(path, Files.exists(this.path) ? "a file" : "nothing"));
    }
  }

  /** Checks the {@code path} key of a source. */
  static String check(String path) {
    if (path.isBlank()) {
      throw new IllegalArgumentException(
          "path must name the folder of the data set, found '%s'".formatted(path));
    }
    return path;
  }

  /** The one file of these names, plain or {@code .gz}. */
  Path one(String... names) {
    List<Path> found = new ArrayList<>();
    for (String name : names) {
      plainOrPacked(name).ifPresent(found::add);
    }
    if (found.size() > 1) {
      throw ambiguous(found);
    }
    return found.stream().findFirst().orElseThrow(() -> missing(String.join("[.gz], ", names)));
  }

  /** The files whose names match, sorted by name, at least one. */
  List<Path> all(String pattern, String shown) {
    Pattern name = Pattern.compile(pattern);
    List<Path> found = new ArrayList<>();
    for (String plain : names().stream().map(DataFolder::unpacked).distinct().toList()) {
      if (name.matcher(plain).matches()) {
        plainOrPacked(plain).ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      throw missing(shown);
    }
    return found;
  }

  private Optional<Path> plainOrPacked(String name) {
    List<Path> found =
        Stream.of(name, name + ".gz").map(path::resolve).filter(Files::isRegularFile).toList();
    if (found.size() > 1) {
      throw ambiguous(found);
    }
    return found.stream().findFirst();
  }

  private static String unpacked(String name) {
    return name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(path + ": cannot be listed (" + e + ")", e);
    }
  }

  private IllegalArgumentException ambiguous(List<Path> found) {
    return new IllegalArgumentException(
        "%s: expected one of %s, found all of them; remove all but one"
            .formatted(path, found.stream().map(Path::getFileName).toList()));
  }

  private IllegalArgumentException missing(String looked) {
    List<String> names = names();
    String found =
        names.isEmpty()
            ? "an empty folder"
            : String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    return new IllegalArgumentException(
        "%s: expected %s[.gz], found %s; put the file there or set data.path (or --data) to its folder"
            .formatted(path, looked, found));
  }
}
