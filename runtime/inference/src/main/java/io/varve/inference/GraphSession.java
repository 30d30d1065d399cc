package io.varve.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One graph in ONNX Runtime. Any number of threads may run it; each run borrows a set of direct
 * buffers that ONNX Runtime reads and writes in place.
 */
final class GraphSession implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Path file;
  private final Manifest.Graph graph;
  private final int chunk;
  private final OrtSession session;
  private final Queue<Buffers> idle = new ConcurrentLinkedQueue<>();

  /** Opens a graph; workspaces for up to {@code chunk} rows are kept for the next run. */
  GraphSession(
      OrtEnvironment environment,
      Path file,
      Manifest.Graph graph,
      OrtSession.SessionOptions options,
      int chunk)
      throws OrtException {
    this.environment = environment;
    this.file = file;
    this.graph = graph;
    this.chunk = chunk;
    this.session = environment.createSession(file.toString(), options);
  }

  /** Writes an input, all rows of it. */
  interface InputWriter {
    void write(String input, ByteBuffer into);
  }

  /** Reads an output, all rows of it; the buffer is reused after the call. */
  interface OutputReader {
    void read(String output, FloatBuffer values);
  }

  Manifest.Graph graph() {
    return graph;
  }

  /** Runs the graph once on {@code rows} rows. */
  void run(int rows, InputWriter writer, OutputReader reader) {
    Buffers buffers = borrow(rows);
    try {
      buffers.bind(rows);
      buffers.byName.forEach(
          (name, buffer) -> {
            if (buffers.inputs.containsKey(name)) {
              writer.write(name, buffer.clear().limit(buffers.bytes.get(name) * rows));
            }
          });
      session.run(buffers.inputs, buffers.outputs).close();
      for (Manifest.Port output : graph.outputs()) {
        ByteBuffer buffer = buffers.byName.get(output.name()).clear();
        buffer.limit(buffers.bytes.get(output.name()) * rows);
        reader.read(output.name(), buffer.asFloatBuffer());
      }
    } catch (OrtException e) {
      throw new IllegalStateException(file + ": ONNX Runtime failed: " + OnnxRuntime.reason(e), e);
    } finally {
      release(buffers);
    }
  }

  /** Buffers with room for so many rows; new ones if those at hand are too small. */
  private Buffers borrow(int rows) {
    Buffers buffers = rows > chunk ? null : idle.poll();
    if (buffers == null || buffers.capacity < rows) {
      Optional.ofNullable(buffers).ifPresent(Buffers::unbind);
      return new Buffers(rows);
    }
    return buffers;
  }

  private void release(Buffers buffers) {
    if (buffers.capacity <= chunk) {
      idle.add(buffers);
    } else {
      buffers.unbind();
    }
  }

  /** Frees all that is native; nobody may be running. */
  @Override
  public void close() {
    idle.forEach(Buffers::unbind);
    idle.clear();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(file + ": cannot be closed: " + OnnxRuntime.reason(e), e);
    }
  }

  /** Buffers for one run at a time, and the tensors over them for the last number of rows. */
  private final class Buffers {
    private final int capacity;
    private final Map<String, Integer> bytes = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> byName = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    private int bound = -1;

    Buffers(int capacity) {
      this.capacity = capacity;
      graph.allInputs().forEach(this::reserve);
      graph.outputs().forEach(this::reserve);
    }

    private void reserve(Manifest.Port port) {
      String name = port.name();
      int element = port.type().equals("uint8") ? 1 : Float.BYTES;
      int perRow = Math.multiplyExact(Manifest.size(port.shape()), element);
      long size = (long) perRow * capacity;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "%s: '%s' takes %d bytes for %d rows, expected at most 2^31 - 1; use smaller chunks"
                .formatted(file, name, size, capacity));
      }
      bytes.put(name, perRow);
      byName.put(name, ByteBuffer.allocateDirect((int) size).order(ByteOrder.nativeOrder()));
    }

    private void bind(int rows) throws OrtException {
      if (bound == rows) {
        return;
      }
      unbind();
      for (Manifest.Port port : graph.allInputs()) {
        inputs.put(port.name(), tensor(port, rows));
      }
      for (Manifest.Port port : graph.outputs()) {
        outputs.put(port.name(), tensor(port, rows));
      }
      bound = rows;
    }

    private OnnxTensor tensor(Manifest.Port port, int rows) throws OrtException {
      long[] shape = Tensor.shape(rows, port.shape());
      ByteBuffer buffer = byName.get(port.name()).clear();
      buffer.limit(bytes.get(port.name()) * rows);
      return port.type().equals("uint8")
          ? OnnxTensor.createTensor(environment, buffer, shape, OnnxJavaType.UINT8)
          : OnnxTensor.createTensor(environment, buffer.asFloatBuffer(), shape);
    }

    private void unbind() {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxTensor::close);
      inputs.clear();
      outputs.clear();
      bound = -1;
    }
  }
}
