package io.varve.training.data;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.HomePath;
import io.varve.inference.file.Printable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The folder of a data set, and the errors about what it lacks. */
record DataFolder(Path path) {
  private static final int NAMES_SHOWN = 8;

  DataFolder(String path) {
    this(HomePath.of(path));
    if (!Files.isDirectory(this.path)) {
      String whole = this.path.isAbsolute() ? "" : " at " + this.path.toAbsolutePath().normalize();
      throw new IllegalArgumentException(
          "%s: expected a folder with the data set, found %s%s; set data.path (or --data) to it"
              .formatted(
                  Printable.of(path),
                  Files.exists(this.path) ? "a file" : "nothing",
                  Printable.of(whole)));
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

  /**
   * This folder, or where a file of this name is not in it, the one folder below that other
   * programs put such files into.
   *
   * @param names the names of such files, without {@code .gz}
   * @param below where to look; {@code *}{@code /} before it is any one folder
   */
  DataFolder orBelow(Pattern names, String... below) {
    if (has(names)) {
      return this;
    }
    List<DataFolder> found =
        Stream.of(below)
            .flatMap(this::folders)
            .filter(Files::isDirectory)
            .map(DataFolder::new)
            .filter(folder -> folder.has(names))
            .toList();
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "%s: has several data sets: %s; set data.path (or --data) to one of them"
              .formatted(
                  Printable.of(path.toString()),
                  found.stream().map(f -> Printable.of(f.path.toString())).toList()));
    }
    return found.isEmpty() ? this : found.get(0);
  }

  private Stream<Path> folders(String below) {
    return below.startsWith("*/")
        ? PictureFolder.list(path).stream()
            .filter(Files::isDirectory)
            .map(folder -> folder.resolve(below.substring(2)))
        : Stream.of(path.resolve(below));
  }

  /** Whether a file of such a name is here, plain or {@code .gz}. */
  boolean has(Pattern names) {
    return names().stream().anyMatch(name -> names.matcher(unpacked(name)).matches());
  }

  /** The one file of these names, plain or {@code .gz}. */
  Path one(String... names) {
    List<Path> found = new ArrayList<>();
    for (String name : names) {
      plainOrPacked(name).ifPresent(found::add);
    }
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "%s: expected one of %s, found all of them; remove all but one"
              .formatted(
                  Printable.of(path.toString()),
                  found.stream().map(PortableName::of).map(Printable::of).toList()));
    }
    return found.stream().findFirst().orElseThrow(() -> missing(String.join("[.gz], ", names)));
  }

  /** The files whose names match, sorted by name, at least one. */
  List<Path> all(Pattern name, String shown) {
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

  /** Both where a file was unpacked beside its archive: then they must hold the same. */
  private Optional<Path> plainOrPacked(String name) {
    Path plain = path.resolve(name);
    Path packed = path.resolve(name + ".gz");
    if (Files.isRegularFile(plain) && Files.isRegularFile(packed)) {
      requireSame(plain, packed);
    }
    return Stream.of(plain, packed).filter(Files::isRegularFile).findFirst();
  }

  private static void requireSame(Path plain, Path packed) {
    try (InputStream one = new BufferedInputStream(Files.newInputStream(plain));
        InputStream other = new GZIPInputStream(Files.newInputStream(packed), 1 << 16)) {
      int length = 1 << 16;
      byte[] a = one.readNBytes(length);
      byte[] b = other.readNBytes(length);
      while (a.length > 0 && Arrays.equals(a, b)) {
        a = one.readNBytes(length);
        b = other.readNBytes(length);
      }
      if (!Arrays.equals(a, b)) {
        throw new IllegalArgumentException(
            "%s: does not hold what %s beside it holds unpacked; remove one of them"
                .formatted(Printable.of(plain.toString()), packed.getFileName()));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(packed, "cannot be compared with the unpacked file beside it", e)
              + "; remove one of them",
          e);
    }
  }

  private static String unpacked(String name) {
    return name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
  }

  private List<String> names() {
    return PictureFolder.list(path).stream().map(PortableName::of).toList();
  }

  private IllegalArgumentException missing(String looked) {
    List<String> names = names().stream().map(Printable::of).toList();
    String found =
        names.isEmpty()
            ? "an empty folder"
            : String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    return new IllegalArgumentException(
        "%s: expected %s[.gz], found %s; put the file there or set data.path (or --data) to its folder"
            .formatted(Printable.of(path.toString()), looked, found));
  }
}
