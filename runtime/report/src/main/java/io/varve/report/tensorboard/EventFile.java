package io.varve.report.tensorboard;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import io.varve.report.picture.Png;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * One TensorBoard event file: records of length, masked CRC-32C of the length, an {@code Event}
 * message, and masked CRC-32C of the message. Field numbers are those of TensorFlow's {@code
 * event.proto} and {@code summary.proto}.
 */
final class EventFile implements AutoCloseable {
  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int EVENT_SESSION_LOG = 7;
  private static final int SESSION_LOG_STATUS = 1;
  private static final int SESSION_START = 1;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;
  private static final int VALUE_IMAGE = 4;
  private static final int IMAGE_HEIGHT = 1;
  private static final int IMAGE_WIDTH = 2;
  private static final int IMAGE_COLORSPACE = 3;
  private static final int IMAGE_ENCODED = 4;
  private static final int COLORSPACE_RGBA = 4;

  /** What TFRecord adds to a rotated checksum, so that a checksum of checksums stays strong. */
  private static final int MASK = 0xa282ead8;

  /** The names of all files of this kind; the group is the time, in seconds. */
  static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.([0-9]{10})\\..*\\.varve");

  private final Path file;
  private final OutputStream out;

  private EventFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Creates a new file in the folder, whose name comes after those of all others: readers order
   * files by name, and drop earlier events of {@code firstStep} and on.
   */
  static EventFile create(Path folder, long firstStep) {
    Path file = folder;
    try {
      Folders.make(folder);
      long seconds = Math.max(System.currentTimeMillis() / 1000, last(folder) + 1);
      file = folder.resolve("events.out.tfevents." + seconds + "." + host() + ".varve");
      OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      EventFile events = new EventFile(file, out);
      events.write(0, new ProtobufWriter().text(EVENT_FILE_VERSION, "brain.Event:2"));
      ProtobufWriter start = new ProtobufWriter().integer(SESSION_LOG_STATUS, SESSION_START);
      events.write(firstStep, new ProtobufWriter().nested(EVENT_SESSION_LOG, start));
      return events;
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /** The time in the last of the names. */
  private static long last(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> NAME.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(name -> Long.parseLong(name.group(1)))
          .max()
          .orElse(0);
    }
  }

  void scalars(long step, Map<String, Double> values) {
    ProtobufWriter summary = new ProtobufWriter();
    values.forEach(
        (tag, value) ->
            summary.nested(
                SUMMARY_VALUE,
                new ProtobufWriter().text(VALUE_TAG, tag).real(VALUE_SIMPLE, value.floatValue())));
    write(step, new ProtobufWriter().nested(EVENT_SUMMARY, summary));
  }

  void image(long step, String tag, Png png) {
    ProtobufWriter image =
        new ProtobufWriter()
            .integer(IMAGE_HEIGHT, png.height())
            .integer(IMAGE_WIDTH, png.width())
            .integer(IMAGE_COLORSPACE, COLORSPACE_RGBA)
            .bytes(IMAGE_ENCODED, png.bytes());
    ProtobufWriter value = new ProtobufWriter().text(VALUE_TAG, tag).nested(VALUE_IMAGE, image);
    ProtobufWriter summary = new ProtobufWriter().nested(SUMMARY_VALUE, value);
    write(step, new ProtobufWriter().nested(EVENT_SUMMARY, summary));
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  private void write(long step, ProtobufWriter what) {
    byte[] stamp =
        new ProtobufWriter()
            .real(EVENT_WALL_TIME, System.currentTimeMillis() / 1e3)
            .integer(EVENT_STEP, step)
            .encoded();
    byte[] rest = what.encoded();
    byte[] event = ByteBuffer.allocate(stamp.length + rest.length).put(stamp).put(rest).array();
    try {
      out.write(record(event));
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /** Frames a message as one TFRecord. */
  private static byte[] record(byte[] data) {
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length);
    return record
        .putInt(maskedChecksum(record.array(), Long.BYTES))
        .put(data)
        .putInt(maskedChecksum(data, data.length))
        .array();
  }

  private static int maskedChecksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK;
  }

  /** The machine's name from its environment: asking the network for it could hang offline. */
  private static String host() {
    Map<String, String> environment = System.getenv();
    String name =
        environment.getOrDefault("HOSTNAME", environment.getOrDefault("COMPUTERNAME", "localhost"));
    String safe = name.replaceAll("[^A-Za-z0-9-]", "-");
    return safe.isEmpty() ? "localhost" : safe;
  }
}
