package io.varve.inference.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The JDK's own readers: another on the class path might read the same file in another way. */
final class BuiltInReader {
  /** The JDK fills in what a JPEG file lacks and merely warns; here that is an error. */
  private static final Pattern DAMAGED = Pattern.compile("Truncated File|Corrupt JPEG data");

  private BuiltInReader() {}

  /** What is to be read. */
  interface Reading<T> {
    T from(ImageReader reader) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  static <T> T read(String format, byte[] file, Reading<T> reading) {
    ImageReader reader = reader(format);
    List<String> damage = new ArrayList<>();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> damage.add(warning));
      T read = reading.from(reader);
      damage.removeIf(warning -> !DAMAGED.matcher(warning).lookingAt());
      if (!damage.isEmpty()) {
        throw new IOException(damage.get(0));
      }
      return read;
    } catch (IOException | RuntimeException e) { // the JDK's readers throw both at bad bytes
      IllegalArgumentException unfit = Header.unfit(reason(e));
      unfit.initCause(e);
      throw unfit;
    } finally {
      reader.dispose();
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? "damaged data" : e.getMessage().lines().findFirst().orElse("");
  }

  private static ImageReader reader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if ("java.desktop".equals(reader.getClass().getModule().getName())) {
        return reader;
      }
    }
    throw new IllegalStateException(
        "this Java has no reader for %s; it lacks the module java.desktop".formatted(format));
  }
}
