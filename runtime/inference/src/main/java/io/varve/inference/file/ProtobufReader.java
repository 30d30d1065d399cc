package io.varve.inference.file;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Reads one message of the Protocol Buffers wire format, field by field, without copying it.
 *
 * <p>Readers differ in what they make of bytes that no writer writes: a tag of more than 32 bits, a
 * number in more bytes than it needs, a field twice of which only one counts, a field of another
 * wire type than its own. Such bytes throw {@link Malformed}, and so do groups, which ONNX does not
 * use. So every reader sees here what this one sees.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  /** As deep as the reference implementation goes by default. */
  private static final int DEEPEST = 100;

  /** About those of fifty thousand nodes with their inputs, outputs and attributes. */
  private static final int MOST_FIELDS = 1_000_000;

  /**
   * Java's constructor puts it in place of what is no UTF-8; a text may also have it of its own.
   */
  private static final char REPLACEMENT = '\uFFFD';

  private static final long LARGEST_TAG = 0xFFFFFFFFL;

  private final ByteBuffer bytes;
  private final ProtobufSchema schema;
  private final boolean strict;
  private final int depth;
  private final Budget budget;
  private long seen;
  private int field;
  private long number;
  private ByteBuffer content;

  /**
   * @param strict whether to refuse the fields that Varve does not write; else they are passed over
   *     where the schema does not know them
   */
  ProtobufReader(ByteBuffer bytes, ProtobufSchema schema, boolean strict) {
    this(bytes.slice(), schema, strict, new Budget(), 0);
  }

  private ProtobufReader(
      ByteBuffer bytes, ProtobufSchema schema, boolean strict, Budget budget, int depth) {
    this.budget = budget;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    this.schema = schema;
    this.strict = strict;
    this.depth = depth;
    if (depth > DEEPEST) {
      throw new Malformed("messages nested deeper than " + DEEPEST);
    }
  }

  /** What the messages of a file share: few bytes of it may become many objects. */
  private static final class Budget {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private int fields;
  }

  /** The file is not a protocol buffer, or not one that all readers read alike. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  /** Moves to the next field of the schema; false at the end. */
  boolean next() {
    while (bytes.hasRemaining()) {
      if (nextIsKnown()) {
        return true;
      }
    }
    return false;
  }

  private boolean nextIsKnown() {
    try {
      long tag = varint();
      field = (int) (tag >>> 3);
      int wire = (int) (tag & 7);
      require(!strict || ++budget.fields <= MOST_FIELDS, "more than " + MOST_FIELDS + " fields");
      require(tag <= LARGEST_TAG && field > 0, "a field number outside 1 to 2^29 - 1");
      readContent(wire);
      ProtobufSchema.Field known = schema.fields().get(field);
      if (known == null) {
        require(!strict, "a " + schema.message() + " has the unknown field " + field);
        return false;
      }
      check(known, wire);
      return true;
    } catch (BufferUnderflowException e) {
      throw new Malformed("it ends too early");
    }
  }

  private void readContent(int wire) {
    switch (wire) {
      case VARINT -> number = varint();
      case FIXED_64 -> skip(Long.BYTES);
      case BYTES -> content = skip(varint());
      case FIXED_32 -> number = bytes.getInt();
      default -> throw new Malformed("field " + field + " has wire type " + wire);
    }
  }

  private void check(ProtobufSchema.Field known, int wire) {
    if (strict && !known.written()) {
      throw refused(known, "stands in it, which no bundle has");
    }
    if (!known.repeated() && (seen >>> field & 1) != 0) {
      throw refused(known, "stands in it twice");
    }
    seen |= 1L << field;
    int expected =
        switch (known.kind()) {
          case LONG, INT -> VARINT;
          case FLOAT -> FIXED_32;
          default -> BYTES;
        };
    boolean packed = known.repeated() && wire == BYTES && !strict;
    if (wire != expected && !packed) {
      throw refused(known, "has wire type " + wire);
    }
    if (known.kind() == ProtobufSchema.Kind.INT && !packed && number != (int) number) {
      throw refused(known, "exceeds 32 bits");
    }
  }

  /** Made for what is refused alone: a graph has thousands of fields. */
  private Malformed refused(ProtobufSchema.Field known, String what) {
    return new Malformed("the field " + known.name() + " of a " + schema.message() + " " + what);
  }

  /** The current field's number. */
  int field() {
    return field;
  }

  /** The current field as an integer. */
  long number() {
    return number;
  }

  /** The current field as a number in single precision. */
  float real() {
    return Float.intBitsToFloat((int) number);
  }

  /** The current field as a message. */
  ProtobufReader message(ProtobufSchema inner) {
    return new ProtobufReader(content, inner, strict, budget, depth + 1);
  }

  /** The current field as bytes, not copied. */
  ByteBuffer bytes() {
    return content.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The current field as text. */
  String text() {
    byte[] utf = new byte[content.remaining()];
    content.duplicate().get(utf);
    String text = new String(utf, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text; // as almost always, and in a process that has just begun in half the time
    }
    try {
      return budget.decoder.decode(ByteBuffer.wrap(utf)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("field " + field + " of a " + schema.message() + " is no UTF-8");
    }
  }

  /** An integer in as few bytes as it needs. */
  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        boolean shortest = shift == 0 || next != 0;
        require(shortest && (shift < 63 || next == 1), "a number in more bytes than it needs");
        return value;
      }
    }
    throw new Malformed("a number of more than ten bytes");
  }

  private ByteBuffer skip(long length) {
    require(length >= 0 && length <= bytes.remaining(), "it ends too early");
    ByteBuffer skipped = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return skipped;
  }

  private static void require(boolean condition, String found) {
    if (!condition) {
      throw new Malformed(found);
    }
  }
}
