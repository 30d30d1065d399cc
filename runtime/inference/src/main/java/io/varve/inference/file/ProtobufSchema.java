package io.varve.inference.file;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The fields that a message of Protocol Buffers may have.
 *
 * @param message its name, for errors
 * @param fields by number
 */
record ProtobufSchema(String message, Map<Integer, Field> fields) {
  /** How a field is written. */
  enum Kind {
    /** An integer of 64 bits. */
    LONG,
    /** An integer of 32 bits, also an enumeration. */
    INT,
    /** A number in single precision. */
    FLOAT,
    /** UTF-8. */
    TEXT,
    /** Bytes, packed numbers, or a message that nobody looks into. */
    BYTES,
    /** Another message. */
    MESSAGE
  }

  /**
   * A field.
   *
   * @param repeated whether it may stand there more than once
   * @param written whether Varve writes it
   */
  record Field(String name, Kind kind, boolean repeated, boolean written) {}

  /**
   * A message from a table.
   *
   * @param fields one a line: number, name and kind; {@code *} behind the kind stands for repeated,
   *     {@code -} at the end for a field that Varve does not write
   */
  static ProtobufSchema of(String message, String fields) {
    Map<Integer, Field> byNumber = new HashMap<>();
    fields
        .lines()
        .map(line -> line.trim().split(" +", -1))
        .forEach(
            words -> {
              boolean repeated = words[2].endsWith("*");
              Kind kind = Kind.valueOf(words[2].replace("*", "").toUpperCase(Locale.ROOT));
              Field field = new Field(words[1], kind, repeated, words.length == 3);
              byNumber.put(Integer.valueOf(words[0]), field);
            });
    return new ProtobufSchema(message, Map.copyOf(byNumber));
  }
}
