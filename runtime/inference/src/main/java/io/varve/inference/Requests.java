package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs graphs on the inputs of callers and adds the noise. */
record Requests(Graphs graphs, InferenceOptions options) {
  /** Every output of a graph that takes images. */
  Map<String, Tensor> onImages(String graph, byte[] images, RequestNoise noise) {
    return graphs.use(
        graph,
        session -> {
          int rows = Inputs.rows(images, Inputs.image(session.graph()));
          return imageRun(session, images, noise).collect(rows, 1);
        });
  }

  /**
   * Every output of a graph that takes values, for so many samples of each row: sample s of row r
   * stands at s * rows + r.
   */
  Map<String, Tensor> onValues(
      String graph, Map<String, Tensor> given, int samples, RequestNoise noise) {
    return graphs.use(
        graph,
        session -> {
          List<Manifest.Port> ports = session.graph().inputs();
          int rows = Inputs.rows(given, ports);
          return chunkedRun(session, Inputs.sources(given, ports), noise).collect(rows, samples);
        });
  }

  /** A run over images. */
  ChunkedRun imageRun(GraphSession session, byte[] images, RequestNoise noise) {
    Manifest.Port port = Inputs.image(session.graph());
    InputSource source = InputSource.bytes(images, Manifest.size(port.shape()));
    return chunkedRun(session, Map.of(port.name(), source), noise);
  }

  /** A run over all inputs, noise among them, without chunks. */
  ChunkedRun unchunkedRun(GraphSession session, Map<String, InputSource> all, int rows) {
    return new ChunkedRun(session, rows, all, options.warnings());
  }

  /** A run over given inputs; the others are noise. */
  ChunkedRun chunkedRun(GraphSession session, Map<String, InputSource> given, RequestNoise noise) {
    Map<String, InputSource> sources = new LinkedHashMap<>(given);
    for (Manifest.Noise port : session.graph().noise()) {
      sources.put(port.name(), InputSource.noise(port, noise, options.chunk()));
    }
    return new ChunkedRun(session, options.chunk(), sources, options.warnings());
  }
}
