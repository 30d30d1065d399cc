package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a graph over any number of rows, a chunk of them at a time. Serves one request. */
final class ChunkedRun {
  private final Call call;
  private final int chunk;
  private final Map<String, InputSource> sources;

  /** A run over all inputs by name, noise among them. */
  ChunkedRun(Call call, int chunk, Map<String, InputSource> sources) {
    this.call = call;
    this.chunk = chunk;
    this.sources = Map.copyOf(sources);
  }

  /** Reads an output of some pairs of row and sample; {@code from} is the index of the first. */
  interface ChunkReader {
    void read(String output, long from, FloatBuffer values);
  }

  /** The outputs of all rows; sample s of row r stands at s * rows + r. */
  Map<String, Tensor> collect(int rows, int samples) {
    long pairs = (long) rows * samples;
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    for (Manifest.Port port : call.graph().outputs()) {
      outputs.put(port.name(), empty(port, pairs));
    }
    each(
        rows,
        samples,
        (output, from, values) -> {
          Tensor into = outputs.get(output);
          int perRow = (int) (into.values().length / pairs);
          values.get(into.values(), (int) from * perRow, values.remaining());
        });
    return outputs;
  }

  /** Runs all pairs; the pair of row r and sample s has the index s * rows + r. */
  void each(int rows, int samples, ChunkReader reader) {
    long pairs = (long) rows * samples;
    Residuals residuals = new Residuals();
    for (long first = 0; first < pairs; first += chunk) {
      long from = first;
      int count = (int) Math.min(chunk, pairs - first);
      call.run(
          count,
          (input, into) -> fill(sources.get(input), from, rows, into, count),
          (output, values) -> {
            if (output.equals(Manifest.RESIDUAL)) {
              residuals.add(values.duplicate());
            }
            reader.read(output, from, values);
          });
    }
    residuals.warn();
  }

  /** Counts the rows of a request that have not converged. */
  private final class Residuals {
    private int rows;
    private int open;
    private float worst;

    void add(FloatBuffer values) {
      while (values.hasRemaining()) {
        float residual = values.get();
        rows++;
        if (!(residual <= InferenceOptions.RESIDUAL)) { // nor is one that is no number
          open++;
          worst = Float.isNaN(residual) ? Float.POSITIVE_INFINITY : Math.max(worst, residual);
        }
      }
    }

    void warn() {
      if (open > 0) {
        call.warn(
            "%s: %d of %d rows have not converged: %s is %.1e at worst, expected at most %.0e; run the exact graph, see InferenceOptions.exact and --exact"
                .formatted(
                    call.graph().file(),
                    open,
                    rows,
                    Manifest.RESIDUAL,
                    worst,
                    InferenceOptions.RESIDUAL));
      }
    }
  }

  /** Fills an input; a chunk is a few stretches of successive rows, each of one sample. */
  private static void fill(InputSource source, long from, int rows, ByteBuffer into, int count) {
    int end = into.limit();
    int perRow = end / count;
    for (int done = 0; done < count; ) {
      int row = (int) ((from + done) % rows);
      int sample = (int) ((from + done) / rows);
      int stretch = Math.min(count - done, rows - row);
      into.limit((done + stretch) * perRow);
      source.put(row, stretch, sample, into);
      done += stretch;
    }
  }

  private static Tensor empty(Manifest.Port port, long rows) {
    String what = "output '%s' of %d rows".formatted(port.name(), rows);
    long most = Integer.MAX_VALUE / Math.max(1, Manifest.size(port.shape()));
    Inputs.require(
        rows <= most, what + ": takes 2^31 numbers or more; ask for at most " + most + " at once");
    int size = (int) rows * Manifest.size(port.shape());
    try {
      return new Tensor(Tensor.shape(rows, port.shape()), new float[size]);
    } catch (OutOfMemoryError e) {
      throw Inputs.tooLarge(what, (long) size * Float.BYTES, e);
    }
  }
}
