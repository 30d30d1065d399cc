package io.varve.inference.bundle;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Changes a message of Protocol Buffers as it is written: tags, numbers, lengths, order. Takes it
 * apart on its own, by the specification, and knows nothing of ONNX.
 */
final class WireMutator {
  private final Random random;

  WireMutator(Random random) {
    this.random = random;
  }

  /** A field: its number, wire type, and content without tag and length. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Field(long number, int wire, byte[] content) {}

  /** The message with one field changed somewhere in it. */
  byte[] mutate(byte[] message) {
    List<Field> fields = parse(message);
    if (fields.isEmpty()) {
      return message;
    }
    int at = random.nextInt(fields.size());
    Field chosen = fields.get(at);
    if (chosen.wire == 2 && random.nextInt(4) != 0 && !parse(chosen.content).isEmpty()) {
      fields.set(at, new Field(chosen.number, 2, mutate(chosen.content)));
      return write(fields);
    }
    return change(fields, at);
  }

  private byte[] change(List<Field> fields, int at) {
    Field field = fields.get(at);
    switch (random.nextInt(14)) {
      case 0 -> fields.add(at, field);
      case 1 -> fields.remove(at);
      case 2 -> fields.add(fields.remove(at));
      case 3 -> fields.set(at, new Field(random.nextInt(40), field.wire, field.content));
      case 4 -> fields.add(new Field(100 + random.nextInt(1 << 20), 0, new byte[] {1}));
      case 5 -> fields.set(at, new Field(field.number, random.nextInt(8), field.content));
      case 6 -> fields.add(new Field(0, 0, new byte[] {0}));
      case 7 -> halves(fields, at);
      case 8 -> fields.set(at, new Field(field.number, field.wire, number(field.content)));
      case 9 -> fields.set(at, new Field(field.number, field.wire, bytes(field.content)));
      case 10 -> {
        return raw(
            fields, at, tag(field.number, field.wire) | (1L << (32 + random.nextInt(31))), 0);
      }
      case 11 -> {
        return raw(fields, at, tag(field.number, field.wire), 1 + random.nextInt(4));
      }
      case 12 -> {
        fields.add(new Field(1 + random.nextInt(30), 3, new byte[0]));
        fields.add(new Field(1 + random.nextInt(30), 4, new byte[0]));
      }
      default -> fields.set(at, new Field(field.number, 2, deep(field)));
    }
    return write(fields);
  }

  /** One message in two fields, which readers merge. */
  private void halves(List<Field> fields, int at) {
    Field field = fields.get(at);
    List<Field> inner = field.wire == 2 ? parse(field.content) : List.of();
    if (inner.size() < 2) {
      return;
    }
    int half = 1 + random.nextInt(inner.size() - 1);
    fields.set(at, new Field(field.number, 2, write(inner.subList(0, half))));
    fields.add(new Field(field.number, 2, write(inner.subList(half, inner.size()))));
  }

  private byte[] number(byte[] content) {
    long[] odd = {0, 1, 2, 7, 11, 16, 127, -1, 1L << 31, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE};
    return content.length > 10 ? content : varint(odd[random.nextInt(odd.length)], 0);
  }

  private byte[] bytes(byte[] content) {
    byte[] changed = content.clone();
    for (int i = 0; i < changed.length && i < 4; i++) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  private byte[] deep(Field field) {
    byte[] content = field.content;
    for (int i = 0; i < 200 && content.length < 1 << 16; i++) {
      content = write(List.of(new Field(field.number, 2, content)));
    }
    return content;
  }

  /** The message with one tag written as it stands here, in more bytes than it needs. */
  private static byte[] raw(List<Field> fields, int at, long tag, int padding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      out.writeBytes(varint(i == at ? tag : tag(field.number, field.wire), i == at ? padding : 0));
      content(field, out);
    }
    return out.toByteArray();
  }

  private static long tag(long number, int wire) {
    return (number << 3) | wire;
  }

  private static byte[] write(List<Field> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Field field : fields) {
      out.writeBytes(varint(tag(field.number, field.wire), 0));
      content(field, out);
    }
    return out.toByteArray();
  }

  private static void content(Field field, ByteArrayOutputStream out) {
    if (field.wire == 2) {
      out.writeBytes(varint(field.content.length, 0));
    }
    out.writeBytes(field.content);
  }

  private static byte[] varint(long value, int padding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) (padding > 0 ? rest | 0x80 : rest));
    for (int i = 1; i <= padding; i++) {
      out.write(i == padding ? 0 : 0x80);
    }
    return out.toByteArray();
  }

  /** The fields of a message; none where it is none. */
  private static List<Field> parse(byte[] message) {
    List<Field> fields = new ArrayList<>();
    int[] at = {0};
    try {
      while (at[0] < message.length) {
        long tag = readVarint(message, at);
        int wire = (int) (tag & 7);
        int start = at[0];
        switch (wire) {
          case 0 -> readVarint(message, at);
          case 1 -> at[0] += 8;
          case 5 -> at[0] += 4;
          case 2 -> {
            int length = Math.toIntExact(readVarint(message, at));
            start = at[0];
            at[0] = Math.addExact(start, length);
          }
          default -> {
            return new ArrayList<>();
          }
        }
        if (at[0] > message.length || at[0] < start || tag >>> 3 == 0) {
          return new ArrayList<>();
        }
        fields.add(new Field(tag >>> 3, wire, Arrays.copyOfRange(message, start, at[0])));
      }
      return fields;
    } catch (ArithmeticException | ArrayIndexOutOfBoundsException e) {
      return new ArrayList<>();
    }
  }

  private static long readVarint(byte[] message, int[] at) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = message[at[0]++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new ArithmeticException();
  }
}
