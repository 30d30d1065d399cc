package io.varve.inference.file;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The JSON header of a safetensors file: metadata and where each tensor lies. */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Safetensors.Tensor> tensors) {
  static final String METADATA = "__metadata__";

  /** In bytes; a header of it has ten times the tensors of the largest model. */
  private static final long LONGEST = 16 << 20;

  private static final int MOST_TENSORS = 20_000;

  private static final Map<String, Integer> ELEMENT_BYTES =
      Map.of("F64", 8, "I64", 8, "F32", 4, "I32", 4, "F16", 2, "I8", 1, "U8", 1, "BOOL", 1);

  /** The bytes a tensor of this type and shape takes. */
  static long byteLength(String where, String type, long[] shape) {
    Integer bytes = ELEMENT_BYTES.get(type);
    if (bytes == null) {
      throw new IllegalArgumentException(
          where
              + ": has type '"
              + type
              + "', expected one of "
              + ELEMENT_BYTES.keySet().stream().sorted().toList());
    }
    try {
      long length = bytes;
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new IllegalArgumentException(
              where + ": has dimension " + dimension + ", expected none below 0");
        }
        length = Math.multiplyExact(length, dimension);
      }
      return length;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(where + ": its shape overflows 64 bits", e);
    }
  }

  /** Places entries one after the other from {@code start} on. */
  static Map<String, Safetensors.Tensor> layout(List<Safetensors.Entry> entries, long start) {
    Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
    long offset = start;
    for (Safetensors.Entry e : entries) {
      long length = e.length();
      tensors.put(e.name(), new Safetensors.Tensor(e.name(), e.type(), e.shape(), offset, length));
      offset += length;
    }
    return Collections.unmodifiableMap(tensors);
  }

  /** The header's text for entries in file order; offsets in it count from the data's start. */
  static byte[] json(Path file, List<Safetensors.Entry> entries, Map<String, String> metadata) {
    Map<String, Safetensors.Tensor> tensors = layout(entries, 0);
    if (tensors.size() != entries.size()) {
      throw new IllegalArgumentException(
          file + ": " + entries.size() + " tensors share " + tensors.size() + " names");
    }
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(METADATA).beginObject();
        for (Map.Entry<String, String> pair : metadata.entrySet()) {
          json.name(pair.getKey()).value(pair.getValue());
        }
        json.endObject();
      }
      for (Safetensors.Tensor tensor : tensors.values()) {
        json.name(tensor.name()).beginObject().name("dtype").value(tensor.type());
        json.name("shape").beginArray();
        for (long dimension : tensor.shape()) {
          json.value(dimension);
        }
        json.endArray().name("data_offsets").beginArray();
        json.value(tensor.offset()).value(tensor.offset() + tensor.length()).endArray().endObject();
      }
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter has no I/O to fail
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads and checks the header of a file, and shows its bytes. */
  static SafetensorsHeader read(Path file, FileChannel channel, Consumer<ByteBuffer> seen)
      throws IOException {
    long size = channel.size();
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    require(size >= Long.BYTES, file, size + " bytes", "at least 8");
    readFully(channel, length);
    seen.accept(length.flip().duplicate());
    long json = length.getLong(0);
    long most = Math.min(size - Long.BYTES, LONGEST);
    require(json >= 2 && json <= most, file, "a header of " + json + " bytes", "2 to " + most);
    ByteBuffer bytes = ByteBuffer.allocate((int) json);
    readFully(channel, bytes);
    seen.accept(bytes.flip().duplicate());
    return new Parser(file, Long.BYTES + json, size).parse(bytes);
  }

  static void readFully(FileChannel channel, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
  }

  private static void require(boolean condition, Object where, String found, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(where + ": found " + found + ", expected " + expected);
    }
  }

  /** Reads one header; {@code start} is where the data begin, {@code size} that of the file. */
  private record Parser(Path file, long start, long size) {
    SafetensorsHeader parse(ByteBuffer utf8) throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      List<Safetensors.Tensor> tensors = new ArrayList<>();
      try (JsonReader json = new JsonReader(new StringReader(decode(utf8)))) {
        json.setStrictness(Strictness.STRICT);
        json.beginObject();
        while (json.hasNext()) {
          String name = json.nextName();
          if (name.equals(METADATA)) {
            require(metadata.isEmpty(), file, METADATA + " twice", "it once");
            readMetadata(json, metadata);
          } else {
            tensors.add(readTensor(json, name));
            boolean few = tensors.size() <= MOST_TENSORS;
            require(few, file, "more tensors", "at most " + MOST_TENSORS);
          }
        }
        json.endObject();
        require(json.peek() == JsonToken.END_DOCUMENT, file, "text after the header", "none");
      } catch (MalformedJsonException
          | EOFException
          | CharacterCodingException
          | IllegalStateException
          | NumberFormatException e) {
        throw new IllegalArgumentException(
            file
                + ": found a malformed header ("
                + JsonFault.reason(e)
                + "), expected JSON tensors",
            e);
      }
      return new SafetensorsHeader(Collections.unmodifiableMap(metadata), inOrder(tensors));
    }

    private static String decode(ByteBuffer utf8) throws CharacterCodingException {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    }

    private static void readMetadata(JsonReader json, Map<String, String> into) throws IOException {
      json.beginObject();
      while (json.hasNext()) {
        into.put(json.nextName(), json.nextString());
      }
      json.endObject();
    }

    private Safetensors.Tensor readTensor(JsonReader json, String name) throws IOException {
      String where = file + ": tensor '" + name + "'";
      String type = null;
      long[] shape = null;
      long[] offsets = null;
      Set<String> seen = new HashSet<>();
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        require(seen.add(key), where, "key '" + key + "' twice", "it once");
        switch (key) {
          case "dtype" -> type = json.nextString();
          case "shape" -> shape = readLongs(json);
          case "data_offsets" -> offsets = readLongs(json);
          default -> require(false, where, "key '" + key + "'", "dtype, shape, data_offsets");
        }
      }
      json.endObject();
      boolean whole = type != null && shape != null && offsets != null && offsets.length == 2;
      require(whole, where, "an incomplete entry", "dtype, shape and two data_offsets");
      long expected = byteLength(where, type, shape);
      long length = offsets[1] - offsets[0];
      boolean inside = offsets[0] >= 0 && length >= 0 && offsets[1] <= size - start;
      String found = "offsets " + offsets[0] + ".." + offsets[1];
      require(inside, where, found, "them within the " + (size - start) + " data bytes present");
      require(length == expected, where, length + " bytes", expected + " for its shape");
      require(length <= Integer.MAX_VALUE, where, length + " bytes", "at most 2 GiB");
      return new Safetensors.Tensor(name, type, shape, start + offsets[0], length);
    }

    private long[] readLongs(JsonReader json) throws IOException {
      List<Long> values = new ArrayList<>();
      json.beginArray();
      while (json.hasNext()) {
        // Gson also takes numbers in quotes.
        String found = JsonFault.words(json.peek().toString());
        require(json.peek() == JsonToken.NUMBER, file, found, "whole numbers");
        values.add(json.nextLong());
      }
      json.endArray();
      return values.stream().mapToLong(Long::longValue).toArray();
    }

    /** By offset; the format allows neither gaps nor overlaps nor bytes that belong to nothing. */
    private Map<String, Safetensors.Tensor> inOrder(List<Safetensors.Tensor> tensors) {
      Map<String, Safetensors.Tensor> ordered = new LinkedHashMap<>();
      long at = start;
      for (Safetensors.Tensor tensor :
          tensors.stream()
              .sorted(
                  Comparator.comparingLong(Safetensors.Tensor::offset)
                      .thenComparingLong(Safetensors.Tensor::length))
              .toList()) {
        String where = file + ": tensor '" + tensor.name() + "'";
        require(tensor.offset() == at, where, "its start at byte " + tensor.offset(), "" + at);
        require(ordered.put(tensor.name(), tensor) == null, where, "it twice", "it once");
        at += tensor.length();
      }
      require(at == size, file, size + " bytes", at + " by its header");
      return Collections.unmodifiableMap(ordered);
    }
  }
}
