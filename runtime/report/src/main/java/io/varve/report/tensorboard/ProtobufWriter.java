package io.varve.report.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A protocol buffer message written field by field: four wire types are all that events need. */
final class ProtobufWriter {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtobufWriter integer(int field, long value) {
    key(field, VARINT);
    varint(value);
    return this;
  }

  ProtobufWriter real(int field, double value) {
    key(field, FIXED_64);
    little(Double.doubleToRawLongBits(value), Double.BYTES);
    return this;
  }

  ProtobufWriter real(int field, float value) {
    key(field, FIXED_32);
    little(Float.floatToRawIntBits(value), Float.BYTES);
    return this;
  }

  ProtobufWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtobufWriter nested(int field, ProtobufWriter value) {
    return bytes(field, value.encoded());
  }

  ProtobufWriter bytes(int field, byte[] value) {
    key(field, LENGTH_DELIMITED);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  byte[] encoded() {
    return out.toByteArray();
  }

  private void key(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long left = value;
    for (; (left & ~0x7FL) != 0; left >>>= 7) {
      out.write((int) ((left & 0x7F) | 0x80));
    }
    out.write((int) left);
  }

  private void little(long bits, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (bits >>> (8 * i)));
    }
  }
}
