package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs graphs on what callers hand in, noise added. */
record Requests(Graphs graphs, InferenceOptions options) {
  /** Every output of a graph that takes images. */
  Map<String, Tensor> onImages(String graph, byte[] images, RequestNoise draws) {
    return graphs.use(
        graph,
        session -> {
          int rows = Inputs.rows(images, Inputs.image(session.graph()));
          return imageSweep(session, images, draws).collect(rows, 1);
        });
  }

  /**
   * Every output of a graph that takes values, for so many samples of each row: sample s of row r
   * stands at s * rows + r.
   */
  Map<String, Tensor> onValues(
      String graph, Map<String, Tensor> given, int samples, RequestNoise draws) {
    return graphs.use(
        graph,
        session -> {
          List<Manifest.Port> ports = session.graph().inputs();
          int rows = Inputs.rows(given, ports);
          return sweep(session, Inputs.sources(given, ports), draws).collect(rows, samples);
        });
  }

  /** A sweep over images. */
  ChunkedRun imageSweep(GraphSession session, byte[] images, RequestNoise draws) {
    Manifest.Port port = Inputs.image(session.graph());
    InputSource source = InputSource.bytes(images, Manifest.size(port.shape()));
    return sweep(session, Map.of(port.name(), source), draws);
  }

  /** A sweep over all inputs, noise among them, without chunks. */
  ChunkedRun unchunked(GraphSession session, Map<String, InputSource> all, int rows) {
    return new ChunkedRun(session, rows, all, options.warnings());
  }

  /** A sweep over given inputs; the others are noise. */
  ChunkedRun sweep(GraphSession session, Map<String, InputSource> given, RequestNoise draws) {
    Map<String, InputSource> sources = new LinkedHashMap<>(given);
    for (Manifest.Noise port : session.graph().noise()) {
      sources.put(port.name(), InputSource.noise(port, draws, options.chunk()));
    }
    return new ChunkedRun(session, options.chunk(), sources, options.warnings());
  }
}
