package io.varve.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens the smallest graph there is on a card, to see how far ONNX Runtime gets with CUDA. */
public final class CudaTrial {
  private static final int FLOAT = 1;
  private static final int OPERATOR_SET = 20;
  private static final int IR_VERSION = 9;

  /** What CUDA or the loader itself says, within all that ONNX Runtime says about it. */
  private static final Pattern FAILURE =
      Pattern.compile("CUDA failure \\d+: [^;]*\\w|lib\\S+: cannot open shared object file");

  private CudaTrial() {}

  /** Why a graph cannot be opened on a card; empty if it can. */
  public static Optional<String> failure(int card) {
    try (SessionOptions settings = new SessionOptions();
        OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(card)) {
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      settings.addCUDA(cuda);
      OnnxRuntime.environment().createSession(graph(), settings).close();
      return Optional.empty();
    } catch (OrtException e) {
      String reason = OnnxRuntime.reason(e);
      Matcher failure = FAILURE.matcher(reason);
      return Optional.of(failure.find() ? failure.group() : reason);
    }
  }

  /** y = -x of one number, as a file of ONNX: field numbers are those of onnx.proto. */
  private static byte[] graph() {
    byte[] node = joined(field(1, text("x")), field(2, text("y")), field(4, text("Neg")));
    byte[] size = field(1, number(1, 1));
    byte[] tensor = joined(number(1, FLOAT), field(2, size));
    byte[] type = field(2, field(1, tensor));
    byte[] graph =
        joined(
            field(1, node),
            field(2, text("trial")),
            field(11, joined(field(1, text("x")), type)),
            field(12, joined(field(1, text("y")), type)));
    return joined(number(1, IR_VERSION), field(7, graph), field(8, number(2, OPERATOR_SET)));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A field that is a message or a text; all are shorter than 128 bytes. */
  private static byte[] field(int number, byte[] content) {
    return joined(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
  }

  private static byte[] number(int number, int value) {
    return new byte[] {(byte) (number << 3), (byte) value};
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
