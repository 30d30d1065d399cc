package io.varve.inference.bundle;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes bundles that differ from a good one in a few places, with hashes that are right again, so
 * that the checks behind the hashes are reached. The number of a bundle decides all of it.
 */
final class BundleMutator {
  private static final String MANIFEST = "manifest.json";

  private final Path folder;
  private final Map<String, byte[]> good = new TreeMap<>();
  private final Map<String, byte[]> changed = new TreeMap<>();

  /** Takes a good bundle; its files are changed and put back in {@code folder}. */
  BundleMutator(Path bundle, Path folder) throws IOException {
    this.folder = folder;
    try (Stream<Path> files = Files.list(bundle)) {
      for (Path file : files.toList()) {
        good.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    for (Map.Entry<String, byte[]> file : good.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  /** Puts a bundle into the folder, in place of the one before. */
  void write(long number) throws IOException {
    for (String name : changed.keySet()) {
      Files.write(folder.resolve(name), good.get(name));
    }
    changed.clear();
    Random random = new Random(number * 0x9E3779B97F4A7C15L + 1);
    for (int i = random.nextInt(3) / 2; i >= 0; i--) {
      mutate(random);
    }
    String manifest = text(MANIFEST);
    for (Map.Entry<String, byte[]> file : changed.entrySet()) {
      manifest = manifest.replace(sha256(good.get(file.getKey())), sha256(file.getValue()));
    }
    if (!changed.isEmpty()) {
      changed.put(MANIFEST, manifest.getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, byte[]> file : changed.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private void mutate(Random random) {
    List<String> graphs = good.keySet().stream().filter(name -> name.endsWith(".onnx")).toList();
    String graph = graphs.get(random.nextInt(graphs.size()));
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> changed.put(graph, new WireMutator(random).mutate(bytes(graph)));
      case 3, 4, 5, 6 -> changed.put(graph, onnx(graph, random));
      case 7 -> weights(random);
      case 8 ->
          changed.put(
              MANIFEST,
              new TextMutator(random).mutate(text(MANIFEST)).getBytes(StandardCharsets.UTF_8));
      default -> anywhere(random);
    }
  }

  private byte[] onnx(String graph, Random random) {
    try {
      OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(bytes(graph));
      return new OnnxMutator(random).mutate(model).toByteArray();
    } catch (InvalidProtocolBufferException | IndexOutOfBoundsException e) {
      return bytes(graph); // an earlier change left no graph to speak of
    }
  }

  /** Changes the header of the weights, its length, or some elements. */
  private void weights(Random random) {
    String name = "weights.safetensors";
    byte[] file = bytes(name);
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (random.nextInt(4) == 0 || length < 2 || length > file.length - 8) {
      byte[] elements = file.clone();
      int at = 8 + random.nextInt(Math.max(1, elements.length - 12));
      float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, Float.MAX_VALUE};
      ByteBuffer.wrap(elements)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putFloat(at & ~3, odd[random.nextInt(odd.length)]);
      changed.put(name, elements);
      return;
    }
    String json = new String(file, 8, length, StandardCharsets.UTF_8);
    String other = new TextMutator(random).mutate(json.stripTrailing());
    String padded = other + " ".repeat(Math.max(0, length - other.length()));
    byte[] header = padded.getBytes(StandardCharsets.UTF_8);
    byte[] whole = new byte[8 + header.length + file.length - 8 - length];
    long[] lengths = {header.length, header.length, header.length, -1, 1L << 62, header.length + 8};
    ByteBuffer.wrap(whole)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(lengths[random.nextInt(lengths.length)])
        .put(header)
        .put(file, 8 + length, file.length - 8 - length);
    changed.put(name, whole);
  }

  /** Flips, drops, repeats or cuts bytes of any file. */
  private void anywhere(Random random) {
    List<String> names = List.copyOf(good.keySet());
    String name = names.get(random.nextInt(names.size()));
    byte[] bytes = bytes(name);
    if (bytes.length < 2) {
      return;
    }
    int at = random.nextInt(bytes.length - 1);
    int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
    byte[] flipped = bytes.clone();
    flipped[at] ^= (byte) (1 << random.nextInt(8));
    byte[] front = Arrays.copyOf(bytes, at);
    changed.put(
        name,
        switch (random.nextInt(5)) {
          case 0 -> front;
          case 1 -> joined(front, Arrays.copyOfRange(bytes, end, bytes.length));
          case 2 -> joined(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
          default -> flipped;
        });
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private byte[] bytes(String name) {
    return changed.getOrDefault(name, good.get(name));
  }

  private String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
