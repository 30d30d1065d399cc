package io.varve.inference.file;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message of the Protocol Buffers wire format, field by field, without copying it.
 *
 * <p>Malformed bytes throw {@link Malformed}. So do groups, which ONNX does not use.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  /** As deep as the reference implementation goes by default. */
  private static final int DEEPEST = 100;

  private final ByteBuffer bytes;
  private final int depth;
  private int field;
  private int kind;
  private long number;
  private ByteBuffer content;

  ProtobufReader(ByteBuffer bytes) {
    this(bytes.slice(), 0);
  }

  private ProtobufReader(ByteBuffer bytes, int depth) {
    this.bytes = bytes;
    this.depth = depth;
    if (depth > DEEPEST) {
      throw new Malformed("messages nested deeper than " + DEEPEST);
    }
  }

  /** The file is not a protocol buffer. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  /** Moves to the next field; false at the end. */
  boolean next() {
    if (!bytes.hasRemaining()) {
      return false;
    }
    try {
      long tag = varint();
      field = (int) (tag >>> 3);
      kind = (int) (tag & 7);
      switch (kind) {
        case VARINT -> number = varint();
        case FIXED_64 -> skip(Long.BYTES);
        case BYTES -> content = skip(varint());
        case FIXED_32 -> skip(Integer.BYTES);
        default -> throw new Malformed("field " + field + " has wire type " + kind);
      }
      return true;
    } catch (BufferUnderflowException e) {
      throw new Malformed("it ends too early");
    }
  }

  /** The current field's number. */
  int field() {
    return field;
  }

  /** The current field as an integer. */
  long number() {
    require(VARINT);
    return number;
  }

  /** The current field as a message. */
  ProtobufReader message() {
    require(BYTES);
    return new ProtobufReader(content, depth + 1);
  }

  /** The current field as text. */
  String text() {
    require(BYTES);
    return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
  }

  private void require(int wanted) {
    if (kind != wanted) {
      throw new Malformed("field " + field + " has wire type " + kind);
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Malformed("a varint of more than ten bytes");
  }

  private ByteBuffer skip(long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new Malformed("it ends too early");
    }
    ByteBuffer skipped = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return skipped;
  }
}
