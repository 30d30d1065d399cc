package io.varve.inference.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A file of named tensors in the safetensors format: eight bytes of header length, a JSON header,
 * then the tensors without gaps, little-endian.
 *
 * <p>Files written here start their data at a multiple of 64 bytes and store wide elements first,
 * so that every tensor is aligned to its element and the file can be mapped and used in place. A
 * file is either mapped, one mapping per tensor, or read into memory; a tensor has at most 2 GiB.
 * Instances are immutable and may be shared between threads.
 */
public final class Safetensors {
  /** Numbers looked at together. */
  private static final int PIECE = 1 << 14;

  private static final int ALIGNMENT = 64;

  private final Path file;
  private final Map<String, String> metadata;
  private final Map<String, Tensor> tensors;
  private final Map<String, ByteBuffer> buffers;

  private Safetensors(Path file, SafetensorsHeader header, Map<String, ByteBuffer> buffers) {
    this.file = file;
    this.metadata = header.metadata();
    this.tensors = header.tensors();
    this.buffers = buffers;
  }

  /**
   * A tensor to write.
   *
   * @param name its name, not {@code __metadata__}
   * @param type one of F32, F64, F16, I64, I32, I8, U8, BOOL
   * @param shape its dimensions; a scalar has none
   * @param source gives its elements, little-endian, from position to limit; asked when they are
   *     written, one tensor after the other, so that no copy of all of them need exist
   */
  @SuppressWarnings("ArrayRecordComponent") // identity is all that is needed; nobody compares these
  public record Entry(String name, String type, long[] shape, Supplier<ByteBuffer> source) {
    /**
     * Checks all but the data.
     *
     * @throws IllegalArgumentException if the type is unknown or the name is reserved
     */
    public Entry {
      shape = shape.clone();
      if (name.equals(SafetensorsHeader.METADATA)) {
        throw new IllegalArgumentException(where(name) + ": this name is reserved; use another");
      }
      SafetensorsHeader.byteLength(where(name), type, shape);
    }

    /**
     * An entry whose elements are at hand.
     *
     * @param data its elements, little-endian, from position to limit
     * @throws IllegalArgumentException if the data do not fill the shape as well
     */
    public Entry(String name, String type, long[] shape, ByteBuffer data) {
      this(name, type, shape, () -> data);
      data();
    }

    /**
     * The elements, little-endian, from position to limit.
     *
     * @throws IllegalArgumentException if they do not fill the shape
     */
    public ByteBuffer data() {
      ByteBuffer data = source.get();
      if (data.remaining() != length()) {
        throw new IllegalArgumentException(
            where(name) + ": holds " + data.remaining() + " bytes, expected " + length());
      }
      return data;
    }

    /** In bytes. */
    public long length() {
      return SafetensorsHeader.byteLength(where(name), type, shape);
    }

    private static String where(String name) {
      return "tensor '" + name + "'";
    }
  }

  /**
   * Where a tensor lies.
   *
   * @param name its name
   * @param type one of F32, F64, F16, I64, I32, I8, U8, BOOL
   * @param shape its dimensions; a scalar has none
   * @param offset of its first byte, counted from the start of the file
   * @param length in bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // identity is all that is needed; nobody compares these
  public record Tensor(String name, String type, long[] shape, long offset, long length) {}

  /**
   * Writes a file in one go: beside its place under a temporary name, forced to disk, then renamed
   * over what was there. The data are streamed from their buffers, whose positions stay.
   *
   * @return the tensors in the order in which they lie in the file
   * @throws IllegalArgumentException if two entries share a name
   * @throws IllegalArgumentException if the file cannot be written; the old one is then untouched
   */
  public static Map<String, Tensor> write(
      Path file, List<Entry> entries, Map<String, String> metadata) {
    // Wide elements first: without gaps (the format forbids them) each tensor is then aligned.
    List<Entry> ordered =
        entries.stream()
            .sorted(
                Comparator.comparingLong(
                    (Entry entry) -> -SafetensorsHeader.byteLength("", entry.type(), new long[0])))
            .toList();
    byte[] json = SafetensorsHeader.json(file, ordered, metadata);
    long start = (Long.BYTES + json.length + ALIGNMENT - 1) / ALIGNMENT * (long) ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(start)).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(start - Long.BYTES).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, header.flip());
          for (Entry entry : ordered) {
            AtomicFile.writeFully(channel, entry.data().duplicate());
          }
        });
    return SafetensorsHeader.layout(ordered, start);
  }

  /**
   * Opens and maps a file after checking that its header describes exactly the bytes it has.
   *
   * @throws IllegalArgumentException if the file is missing, truncated or malformed; the message
   *     names the file, what was found and what was expected
   */
  public static Safetensors open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + ": no such file; expected a safetensors file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      SafetensorsHeader header = SafetensorsHeader.read(file, channel, bytes -> {});
      Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
      for (Tensor tensor : header.tensors().values()) {
        buffers.put(
            tensor.name(),
            channel.map(FileChannel.MapMode.READ_ONLY, tensor.offset(), tensor.length()));
      }
      return new Safetensors(file, header, buffers);
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /**
   * Reads a file into memory from an open channel, from its start to its end.
   *
   * @param file its name, for messages
   * @param seen is given every byte once, in the order of the file
   * @throws IllegalArgumentException if it is truncated or malformed
   * @throws IOException if it cannot be read
   */
  public static Safetensors read(Path file, FileChannel channel, Consumer<ByteBuffer> seen)
      throws IOException {
    SafetensorsHeader header = SafetensorsHeader.read(file, channel, seen);
    Map<String, ByteBuffer> tensors = new LinkedHashMap<>();
    for (Tensor tensor : header.tensors().values()) {
      ByteBuffer data = ByteBuffer.allocateDirect((int) tensor.length());
      SafetensorsHeader.readFully(channel, data);
      seen.accept(data.flip().duplicate());
      tensors.put(tensor.name(), data);
    }
    return new Safetensors(file, header, tensors);
  }

  /** The tensors by name, in the order of the file. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The free-form strings that travel in the header. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * The bytes of a tensor: read-only, little-endian, not copied.
   *
   * @throws IllegalArgumentException if there is no such tensor
   */
  public ByteBuffer data(String name) {
    tensor(name);
    return buffers.get(name).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A copy of the elements of an F32 tensor, row-major.
   *
   * @throws IllegalArgumentException if there is no such tensor or it has another type
   */
  public float[] floats(String name) {
    if (!tensor(name).type().equals("F32")) {
      throw new IllegalArgumentException(
          file + ": tensor '" + name + "' has type " + tensor(name).type() + ", expected F32");
    }
    ByteBuffer data = data(name);
    float[] values = new float[data.remaining() / Float.BYTES];
    data.asFloatBuffer().get(values);
    return values;
  }

  /**
   * Checks that no floating-point tensor holds a NaN or an infinity.
   *
   * @return this
   * @throws IllegalArgumentException if one does; the message names the first and the element
   */
  public Safetensors requireFinite() {
    for (Tensor tensor : tensors.values()) {
      long at = firstNonFinite(data(tensor.name()), tensor.type());
      if (at >= 0) {
        throw new IllegalArgumentException(
            file
                + ": tensor '"
                + tensor.name()
                + "' has a NaN or an infinity at element "
                + at
                + ", expected finite numbers");
      }
    }
    return this;
  }

  private static long firstNonFinite(ByteBuffer data, String type) {
    int size = data.remaining();
    switch (type) {
      case "F32" -> {
        // A process that has just begun scans an array ten times as fast as a buffer.
        IntBuffer bits = data.asIntBuffer();
        int[] piece = new int[Math.min(PIECE, bits.remaining())];
        while (bits.hasRemaining()) {
          long from = bits.position();
          int length = Math.min(piece.length, bits.remaining());
          bits.get(piece, 0, length);
          for (int i = 0; i < length; i++) {
            if ((piece[i] & 0x7F80_0000) == 0x7F80_0000) { // all exponent bits set
              return from + i;
            }
          }
        }
      }
      case "F64" -> {
        for (int at = 0; at < size; at += Double.BYTES) {
          if (!Double.isFinite(data.getDouble(at))) {
            return at / Double.BYTES;
          }
        }
      }
      case "F16" -> {
        for (int at = 0; at < size; at += Short.BYTES) {
          if ((data.getShort(at) & 0x7C00) == 0x7C00) {
            return at / Short.BYTES;
          }
        }
      }
      default -> {}
    }
    return -1;
  }

  /** Where the data begin, in bytes from the start of the file. */
  public long start() {
    return tensors.values().stream().mapToLong(Tensor::offset).min().orElse(0);
  }

  /** Where the data end, in bytes from the start of the file. */
  public long end() {
    return tensors.values().stream().mapToLong(t -> t.offset() + t.length()).max().orElse(0);
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      List<String> names = tensors.keySet().stream().limit(20).toList();
      throw new IllegalArgumentException(
          file + ": has no tensor '" + name + "'; its tensors begin with " + names);
    }
    return tensor;
  }
}
