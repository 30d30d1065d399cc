package io.varve.inference.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes that readers of Protocol Buffers take in different ways, or that no bundle has. */
class ProtobufReaderTest {
  /** A model of format 9 with one operator set of version 20, and an empty graph. */
  private static final String GOOD = "0809" + "4202" + "1014" + "3a00";

  @Test
  void readsWhatItsWriterWrote() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeInt64(1, Long.MIN_VALUE);
    out.writeString(2, "\u00e4\u4e2d");
    out.flush();
    OnnxFile read = OnnxFile.readWritten(Path.of("f"), ByteBuffer.wrap(bytes.toByteArray()));
    assertThat(read.irVersion()).isEqualTo(Long.MIN_VALUE);
    assertThat(read(GOOD).irVersion()).isEqualTo(9);
    assertThat(read(GOOD).operatorSets()).containsExactly(new OnnxFile.OperatorSet("", 20));
  }

  @Test
  void refusesTagsThatOthersCutTo32Bits() {
    // Field 7 with bit 32 set: a graph to a reader of 32 bits, field 536870919 to one of 64.
    refused(GOOD + "ba80808010" + "00", "a field number outside 1 to 2^29 - 1");
    refused(GOOD + "0000", "a field number outside");
    refused(GOOD + "ffffffffffffffffff01" + "00", "a field number outside");
  }

  @Test
  void refusesNumbersThatAreLongerThanTheyNeedToBe() {
    refused("088900" + GOOD.substring(4), "a number in more bytes than it needs");
    refused("880009" + GOOD.substring(4), "a number in more bytes than it needs");
    refused(GOOD + "3a8000", "a number in more bytes than it needs");
    refused("08" + "ff".repeat(9) + "7f", "a number in more bytes than it needs");
    refused("08" + "ff".repeat(10) + "01", "a number of more than ten bytes");
  }

  @Test
  void refusesFieldsThatOthersMergeOrOverride() {
    refused(GOOD + "3a00", "the field graph of a model stands in it twice");
    refused(GOOD + "0809", "the field ir_version of a model stands in it twice");
    refused("4204" + "10141015", "the field version of a operator set stands in it twice");
  }

  @Test
  void refusesOtherWireTypesAndGroups() {
    refused("0d00000009", "the field ir_version of a model has wire type 5");
    refused("3809", "the field graph of a model has wire type 0");
    for (String wire : new String[] {"3b", "3c", "3e", "3f"}) {
      refused(wire + "00", "field 7 has wire type");
    }
  }

  @Test
  void refusesWhatNoBundleHas() {
    refused(GOOD + "9a0600", "a model has the unknown field 99");
    refused(GOOD + "3200", "the field doc_string of a model stands in it, which no bundle has");
    refused(GOOD + "a20100", "the field training_info of a model");
    refused(GOOD + "ca0100", "the field functions of a model");
    // graph { node { domain: "" } }
    refused("3a04" + "0a02" + "3a00", "the field domain of a node");
    // graph { initializer { data_type: 2^32 + 1 } }, which is 1 to a reader of 32 bits
    refused("3a08" + "2a06" + "108180808010", "the field data_type of a tensor exceeds 32 bits");
    refused("3a03" + "1201ff", "field 2 of a graph is no UTF-8");
    refused("3a06" + "1204" + "efbfbd" + "ff", "field 2 of a graph is no UTF-8");
  }

  /** U+FFFD is also what Java puts where bytes are no UTF-8. */
  @Test
  void readsEveryText() {
    assertThat(read("3a06" + "1204" + "efbfbd" + "61").graph().name()).isEqualTo("\uFFFDa");
    assertThat(read("3a06" + "1204" + "f09f9880").graph().name()).isEqualTo("\uD83D\uDE00");
  }

  @Test
  void refusesWhatEndsTooEarlyOrGoesTooDeep() {
    refused("08", "it ends too early");
    refused("3a05" + "00", "it ends too early");
    refused("3affffffff0f", "it ends too early");
    ByteString graph = ByteString.EMPTY;
    for (int i = 0; i < 60; i++) { // attribute { g { node { attribute { ... } } } }
      graph = field(1, field(5, field(6, graph)));
    }
    refused(HexFormat.of().formatHex(field(7, graph).toByteArray()), "nested deeper than 100");
  }

  @Test
  void boundsHowManyObjectsAFileBecomes() {
    refused("3a80b518" + "0a00".repeat(200_000), "more than 50000 nodes");
    String inputs = "0a00".repeat(1_100_000);
    ByteString node = field(1, ByteString.copyFrom(HexFormat.of().parseHex(inputs)));
    refused(HexFormat.of().formatHex(field(7, node).toByteArray()), "more than 1000000 fields");
  }

  private static ByteString field(int number, ByteString content) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeBytes(number, content);
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteString();
  }

  private static OnnxFile read(String hex) {
    return OnnxFile.readWritten(Path.of("f"), ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  private static void refused(String hex, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(hex))
        .withMessageStartingWith("f: is no graph of a bundle: ")
        .withMessageContaining(message);
  }
}
