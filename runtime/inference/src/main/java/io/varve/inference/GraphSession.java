package io.varve.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.onnxruntime.OnnxRuntime;
import io.varve.inference.onnxruntime.RunControl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One graph in ONNX Runtime. Any number of threads may run it; each run borrows a set of direct
 * buffers that ONNX Runtime reads and writes in place.
 */
final class GraphSession implements AutoCloseable {
  /** Buffers that nobody has used for so long are given back. */
  private static final long IDLE = TimeUnit.SECONDS.toNanos(30);

  private static final System.Logger LOG = System.getLogger(GraphSession.class.getPackageName());

  private final Path file;
  private final Manifest.Graph graph;
  private final InferenceOptions options;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Optional<Supplier<OrtSession>> opensAlone;
  private final AtomicInteger singles = new AtomicInteger();
  private volatile OrtSession alone;

  /** The one that was used last stands first, so that those too many grow old at the end. */
  private final Deque<Buffers> idle = new ConcurrentLinkedDeque<>();

  /**
   * Takes a session; workspaces for up to a chunk of rows are kept for the next run.
   *
   * @param alone opens another session for single rows, where threads cost such a row more than
   *     they help: waking them takes longer than what each has to do
   */
  GraphSession(
      Path file,
      Manifest.Graph graph,
      InferenceOptions options,
      OrtSession session,
      Optional<Supplier<OrtSession>> alone) {
    this.opensAlone = alone;
    this.file = file;
    this.graph = graph;
    this.options = options;
    this.environment = OnnxRuntime.environment();
    this.session = session;
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
  void run(RunControl control, int rows, InputWriter writer, OutputReader reader) {
    Buffers buffers = borrow(rows);
    try {
      buffers.bind(rows);
      buffers.byName.forEach(
          (name, buffer) -> {
            if (buffers.inputs.containsKey(name)) {
              writer.write(name, buffer.clear().limit(buffers.bytes.get(name) * rows));
            }
          });
      control.run(session(rows), buffers.inputs, buffers.outputs);
      for (Manifest.Port output : graph.outputs()) {
        ByteBuffer buffer = buffers.byName.get(output.name()).clear();
        buffer.limit(buffers.bytes.get(output.name()) * rows);
        FloatBuffer values = buffer.asFloatBuffer();
        requireNumbers(output, values, rows);
        reader.read(output.name(), values);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(file + ": ONNX Runtime failed: " + OnnxRuntime.reason(e), e);
    } finally {
      release(buffers);
    }
  }

  /**
   * The session for so many rows. The second run of a single row opens one for it, which the first
   * does not pay for and no other waits for; where that fails, the graph goes on without it.
   */
  private OrtSession session(int rows) {
    if (rows > 1 || opensAlone.isEmpty()) {
      return session;
    }
    if (alone == null && singles.getAndIncrement() == 1) {
      try {
        alone = opensAlone.get().get();
      } catch (IllegalArgumentException e) {
        LOG.log(System.Logger.Level.DEBUG, file + ": no session for single rows", e);
      }
    }
    OrtSession own = alone;
    return own == null ? session : own;
  }

  /** Refuses a result that is no number; how far a fixed point is off is warned of instead. */
  private void requireNumbers(Manifest.Port output, FloatBuffer values, int rows) {
    if (output.name().equals(Manifest.RESIDUAL)) {
      return;
    }
    for (int i = 0; i < values.limit(); i++) {
      if (Float.isNaN(values.get(i))) {
        throw new IllegalArgumentException(
            "%s: output '%s' of row %d of %d is not a number (NaN); the weights, the input or the temperature are too large"
                .formatted(file, output.name(), i / (values.limit() / rows), rows));
      }
    }
  }

  /** Buffers with room for so many rows; new ones if those at hand are too small. */
  private Buffers borrow(int rows) {
    Buffers buffers = rows > options.chunk() ? null : idle.pollFirst();
    if (buffers == null || buffers.capacity < rows) {
      if (buffers != null) {
        buffers.free();
      }
      return new Buffers(rows);
    }
    return buffers;
  }

  private void release(Buffers buffers) {
    if (options.shrinking()) {
      buffers.free();
      return;
    }
    long now = System.nanoTime();
    buffers.used = now;
    idle.addFirst(buffers);
    Buffers oldest = idle.peekLast();
    if (oldest != null && now - oldest.used > IDLE && idle.removeLastOccurrence(oldest)) {
      oldest.free();
    }
  }

  /** Frees all that is native; nobody may be running. */
  @Override
  public void close() {
    idle.forEach(Buffers::free);
    idle.clear();
    OrtSession single = alone;
    try {
      try {
        session.close();
      } finally {
        if (single != null) {
          single.close();
        }
      }
    } catch (OrtException e) {
      throw new IllegalStateException(file + ": cannot be closed: " + OnnxRuntime.reason(e), e);
    }
  }

  /** Buffers for one run at a time, and the tensors over them for the last number of rows. */
  private final class Buffers {
    private final int capacity;
    private final long taken;
    private final Map<String, Integer> bytes = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> byName = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    private int bound = -1;
    private long used;

    Buffers(int capacity) {
      this.capacity = capacity;
      List<Manifest.Port> ports = new ArrayList<>(graph.allInputs());
      ports.addAll(graph.outputs());
      long all = 0;
      for (Manifest.Port port : ports) {
        bytes.put(port.name(), perRow(port));
        all += (long) bytes.get(port.name()) * capacity;
      }
      if (!options.memory().take(all)) {
        throw options.memory().exceeded(file.toString(), all);
      }
      taken = all;
      try {
        ports.forEach(port -> byName.put(port.name(), allocate(port.name())));
      } catch (RuntimeException e) {
        options.memory().giveBack(taken);
        throw e;
      }
    }

    private int perRow(Manifest.Port port) {
      int element = port.type().equals("uint8") ? 1 : Float.BYTES;
      long perRow = (long) Manifest.size(port.shape()) * element;
      Inputs.require(
          perRow * capacity <= Integer.MAX_VALUE,
          "%s: '%s' takes %d bytes for %d rows, expected at most 2^31 - 1; use smaller chunks"
              .formatted(file, port.name(), perRow * capacity, capacity));
      return (int) perRow;
    }

    private ByteBuffer allocate(String name) {
      int size = bytes.get(name) * capacity;
      try {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
      } catch (OutOfMemoryError e) {
        throw Inputs.tooLarge("%s: '%s' of %d rows".formatted(file, name, capacity), size, e);
      }
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

    private void free() {
      unbind();
      options.memory().giveBack(taken);
    }
  }
}
