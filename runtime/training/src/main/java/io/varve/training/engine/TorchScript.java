package io.varve.training.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function written in TorchScript: many operations on large arrays, in place, in one call.
 *
 * <p>The engine reads TorchScript from an archive whose code is text; this writes such an archive
 * around the text. Arrays go in as lists of one, because the engine takes a write to a list made
 * inside the function for dead code.
 */
public final class TorchScript implements AutoCloseable {
  /** An object of a class M with the one attribute {@code training = False}, pickle protocol 2. */
  private static final byte[] OBJECT =
      bytes("\u0080\u0002c__torch__\nM\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0089ub.");

  /** An empty tuple, pickle protocol 2. */
  private static final byte[] NO_CONSTANTS = bytes("\u0080\u0002).");

  private final PtSymbolBlock module;

  private TorchScript(PtSymbolBlock module) {
    this.module = module;
  }

  /**
   * Compiles a function that returns nothing.
   *
   * @param parameters such as {@code w: List[Tensor], rate: float}
   * @param body its statements, one a line, indented at will but alike
   */
  public static TorchScript of(NDManager manager, String parameters, String body) {
    String code =
        """
        class M(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self: __torch__.M, %s) -> NoneType:
        %s    return None
        """
            .formatted(parameters, body.indent(4));
    try (ByteArrayInputStream in = new ByteArrayInputStream(archive(code))) {
      return new TorchScript(JniUtils.loadModule((PtNDManager) manager, in, false, false));
    } catch (IOException e) {
      throw new UncheckedIOException("a script in memory cannot be read", e);
    }
  }

  /**
   * Runs the function without recording gradients.
   *
   * @param arguments an {@link NDArray} or an {@link NDList} for a {@code List[Tensor]}, a {@link
   *     Double} for a {@code float}, a {@link Long} for an {@code int}
   */
  public void run(Object... arguments) {
    // Compiling kernels to measure for each thread would cost more than these scripts could gain.
    JniUtils.setGraphExecutorOptimize(false);
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = value(arguments[i]);
      }
      module.forward(values).close();
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  private static IValue value(Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.listFrom(array);
    }
    if (argument instanceof NDList list) {
      return IValue.listFrom(list.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
    }
    if (argument instanceof Double number) {
      return IValue.from(number.doubleValue());
    }
    if (argument instanceof Long number) {
      return IValue.from(number.longValue());
    }
    throw new IllegalStateException("no script takes " + argument);
  }

  @Override
  public void close() {
    module.close();
  }

  private static byte[] archive(String code) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "m/data.pkl", OBJECT);
      put(zip, "m/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      put(zip, "m/constants.pkl", NO_CONSTANTS);
      put(zip, "m/version", bytes("3\n"));
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(sum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] bytes(String latin1) {
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }
}
