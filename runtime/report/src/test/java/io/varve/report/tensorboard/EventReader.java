package io.varve.report.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads event files as their format is published, sharing nothing with the writer: checksums bit by
 * bit, and messages as a tree of numbered fields.
 */
final class EventReader {
  private static final int CASTAGNOLI_REVERSED = 0x82F63B78;

  private EventReader() {}

  /** One field of a message; the value is bits for numbers, else content. */
  record Field(int number, int wireType, long bits, ByteBuffer content) {
    byte[] bytes() {
      byte[] bytes = new byte[content.capacity()];
      content.get(0, bytes);
      return bytes;
    }

    String text() {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    List<Field> message() {
      return fields(bytes());
    }
  }

  /** The messages of a file; throws AssertionError where a checksum is wrong. */
  static List<List<Field>> events(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<List<Field>> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] head = new byte[8];
      in.get(head);
      check(head, in.getInt());
      byte[] data = new byte[(int) ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      check(data, in.getInt());
      events.add(fields(data));
    }
    return events;
  }

  /** The first field of this number. */
  static Field field(List<Field> message, int number) {
    return message.stream().filter(f -> f.number() == number).findFirst().orElseThrow();
  }

  static int checksum(byte[] data) {
    int crc = ~0;
    for (byte b : data) {
      crc ^= Byte.toUnsignedInt(b);
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ CASTAGNOLI_REVERSED;
      }
    }
    return ~crc;
  }

  private static void check(byte[] data, int masked) {
    int crc = checksum(data);
    int expected = ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    if (masked != expected) {
      throw new AssertionError("checksum %x, expected %x".formatted(masked, expected));
    }
  }

  private static List<Field> fields(byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    List<Field> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      int number = (int) (key >>> 3);
      int type = (int) (key & 7);
      switch (type) {
        case 0 -> fields.add(new Field(number, type, varint(in), ByteBuffer.allocate(0)));
        case 1 -> fields.add(new Field(number, type, in.getLong(), ByteBuffer.allocate(0)));
        case 5 -> fields.add(new Field(number, type, in.getInt(), ByteBuffer.allocate(0)));
        case 2 -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(number, type, 0, ByteBuffer.wrap(bytes)));
        }
        default -> throw new AssertionError("wire type " + type);
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
