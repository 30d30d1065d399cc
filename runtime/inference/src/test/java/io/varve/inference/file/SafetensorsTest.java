package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameAFile() {
    file = folder.resolve("w.safetensors");
  }

  /** One tensor after the other is asked for, when its turn comes. */
  @Test
  void asksForDataWhenTheyAreWritten() {
    List<String> asked = new ArrayList<>();
    List<Safetensors.Entry> entries = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      entries.add(
          new Safetensors.Entry(
              name,
              "U8",
              new long[] {3},
              () -> {
                asked.add(name);
                return bytes(name.equals("a") ? 3 : 4);
              }));
    }
    assertThat(asked).isEmpty();
    Path file = folder.resolve("lazy.safetensors");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.write(file, entries, Map.of()))
        .withMessage("tensor 'b': holds 4 bytes, expected 3");
    assertThat(asked).containsExactly("a", "b");
    assertThat(file).doesNotExist();
  }

  @Test
  void readsWhatItWrites() {
    ByteBuffer data = floats(1, -2, 3.5f, Float.MIN_VALUE, 0, 6);
    Map<String, Safetensors.Tensor> written =
        Safetensors.write(
            file,
            List.of(
                new Safetensors.Entry("mask", "U8", new long[] {3}, bytes(3)),
                new Safetensors.Entry("w", "F32", new long[] {2, 3}, data),
                new Safetensors.Entry("step", "I64", new long[0], bytes(8)),
                new Safetensors.Entry("none", "F32", new long[] {0, 4}, bytes(0))),
            Map.of("epoch", "3 \"quoted\" é"));
    Safetensors read = Safetensors.open(file);
    assertThat(read.metadata()).containsExactly(Map.entry("epoch", "3 \"quoted\" é"));
    assertThat(read.tensors().keySet()).containsExactly("step", "w", "none", "mask");
    assertThat(read.tensors().values())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyElementsOf(written.values());
    assertThat(read.floats("w")).containsExactly(1, -2, 3.5f, Float.MIN_VALUE, 0, 6);
    assertThat(read.data("mask").order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(read.data("mask").isReadOnly()).isTrue();
    assertThat(data.position()).isZero();
  }

  @Test
  void alignsTheDataAndEveryTensor() throws IOException {
    for (int length = 0; length < 130; length++) {
      Map<String, Safetensors.Tensor> written =
          Safetensors.write(
              file,
              List.of(
                  new Safetensors.Entry("b", "BOOL", new long[] {1}, bytes(1)),
                  new Safetensors.Entry("h", "F16", new long[] {3}, bytes(6)),
                  new Safetensors.Entry("f", "F32", new long[] {1}, bytes(4)),
                  new Safetensors.Entry("d", "F64", new long[] {1}, bytes(8))),
              Map.of("pad", "x".repeat(length)));
      assertThat(written.get("d").offset() % 64).isZero();
      assertThat(written.get("f").offset() % 4).isZero();
      assertThat(written.get("h").offset() % 2).isZero();
      assertThat(Files.size(file)).isEqualTo(written.get("b").offset() + 1);
    }
  }

  @Test
  void leavesTheOldFileWhenWritingFails() throws IOException {
    Safetensors.write(file, List.of(), Map.of("a", "old"));
    List<Safetensors.Entry> twice =
        List.of(
            new Safetensors.Entry("w", "U8", new long[] {1}, bytes(1)),
            new Safetensors.Entry("w", "U8", new long[] {1}, bytes(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.write(file, twice, Map.of()))
        .withMessage(file + ": 2 tensors share 1 names");
    assertThat(Safetensors.open(file).metadata()).containsEntry("a", "old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    Safetensors.write(
        file, List.of(new Safetensors.Entry("w", "F32", new long[] {3}, bytes(12))), Map.of());
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      refused("found");
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    refused("found " + (whole.length + 1) + " bytes, expected " + whole.length + " by its header");
  }

  @Test
  void refusesMalformedHeaders() throws IOException {
    refusedHeader("[]", "malformed header (found a list at line 1, column 2, expected an object)");
    refusedHeader("{} {}", "malformed header");
    refusedHeader("{\"w\":{\"dtype\":\"F32\"}}", "'w': found an incomplete entry");
    refusedHeader("{'w':{}}", "malformed header (it is no JSON at line 1, column ");
    refusedHeader(tensor("BF16", "[1]", "[0,4]"), "'w': has type 'BF16', expected one of [BOOL");
    refusedHeader(tensor("F32", "[-1]", "[0,4]"), "has dimension -1");
    refusedHeader(tensor("F32", "[4611686018427387904,4]", "[0,4]"), "overflows");
    refusedHeader(tensor("F32", "[2]", "[0,4]"), "'w': found 4 bytes, expected 8 for its shape");
    refusedHeader(tensor("F32", "[2]", "[0,8]"), "'w': found offsets 0..8, expected them within");
    refusedHeader(tensor("U8", "[3]", "[1,4]"), "'w': found its start at byte");
    refusedHeader(tensor("U8", "[3]", "[-1,2]"), "'w': found offsets -1..2");
    refusedHeader(
        tensor("F32", "[1.5]", "[0,4]"), "malformed header (found a number of another kind at ");
    refusedHeader(tensor("F32", "[\"1\"]", "[0,4]"), "found a string, expected whole numbers");
    refusedHeader("{\"w\":{\"kind\":1}}", "'w': found key 'kind'");
    String half = "{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%s]}";
    refusedHeader(
        "{\"a\":" + half.formatted("0,2") + ",\"b\":" + half.formatted("1,3") + "}",
        "'b': found its start at byte");
    refusedHeader(
        "{\"a\":" + half.formatted("0,2") + ",\"a\":" + half.formatted("2,4") + "}",
        "'a': found it twice");
  }

  @Test
  void namesTheTensorThatIsNotFinite() {
    Safetensors.write(
        file,
        List.of(
            new Safetensors.Entry("good", "F32", new long[] {1}, floats(1)),
            new Safetensors.Entry("bad", "F32", new long[] {3}, floats(1, 2, Float.NaN))),
        Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.open(file).requireFinite())
        .withMessageContaining(file + ": tensor 'bad' has a NaN or an infinity at element 2");
    ByteBuffer half = bytes(4).putShort(2, (short) 0xFC00);
    Safetensors.write(
        file, List.of(new Safetensors.Entry("h", "F16", new long[] {2}, half)), Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.open(file).requireFinite())
        .withMessageContaining("'h' has a NaN or an infinity at element 1");
  }

  @Test
  void refusesWhatIsNotThere() {
    refused("no such file");
    Safetensors.write(
        file, List.of(new Safetensors.Entry("w", "U8", new long[] {1}, bytes(1))), Map.of());
    Safetensors read = Safetensors.open(file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.data("v"))
        .withMessage(file + ": has no tensor 'v'; its tensors begin with [w]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.floats("w"))
        .withMessage(file + ": tensor 'w' has type U8, expected F32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Safetensors.Entry("w", "F32", new long[] {2}, bytes(7)))
        .withMessage("tensor 'w': holds 7 bytes, expected 8");
  }

  private static String tensor(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(type, shape, offsets);
  }

  /** Writes a file with this header and four bytes of data, and expects a refusal. */
  private void refusedHeader(String json, String message) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    byte[] whole = new byte[8 + text.length + 4];
    ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    Files.write(file, whole);
    refused(message);
  }

  private void refused(String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Safetensors.open(file))
        .withMessageStartingWith(file + ": ")
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes = bytes(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }
}
