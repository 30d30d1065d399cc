package io.varve.inference.file;

import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a text is not the JSON that was expected. Gson's own messages speak of its code. */
final class JsonFault {
  private static final Pattern PLACE = Pattern.compile(" at line ([0-9]+) column ([0-9]+)");
  private static final Pattern TOKENS =
      Pattern.compile("Expected (?:an? )?([A-Z_a-z]+),? but was ([A-Z_]+)");

  private JsonFault() {}

  /**
   * Why, in words, and where Gson knows it.
   *
   * @param e what Gson threw
   */
  static String reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    Matcher place = PLACE.matcher(message);
    String at = place.find() ? " at line " + place.group(1) + ", column " + place.group(2) : "";
    if (e instanceof EOFException) {
      return "it ends too early";
    } else if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    } else if (e instanceof MalformedJsonException) {
      return "it is no JSON" + at;
    } else if (e instanceof NumberFormatException) {
      return "found a number of another kind" + at + ", expected one that fits";
    }
    Matcher tokens = TOKENS.matcher(message);
    return tokens.find()
        ? "found " + words(tokens.group(2)) + at + ", expected " + words(tokens.group(1))
        : "it is no JSON of the kind expected" + at;
  }

  /** The error for a token of another kind than expected. */
  static IllegalStateException unexpected(JsonToken expected, JsonToken found) {
    return new IllegalStateException("Expected " + expected + " but was " + found);
  }

  /** A token as people call it. */
  static String words(String token) {
    return switch (token) {
      case "BEGIN_OBJECT" -> "an object";
      case "END_OBJECT" -> "the end of the object";
      case "BEGIN_ARRAY" -> "a list";
      case "END_ARRAY" -> "the end of the list";
      case "END_DOCUMENT" -> "the end of the text";
      case "NAME" -> "a key";
      case "BOOLEAN" -> "a truth value";
      case "NULL" -> "null";
      case "int", "long" -> "a whole number";
      case "double" -> "a number";
      default -> "a " + token.toLowerCase(Locale.ROOT);
    };
  }
}
