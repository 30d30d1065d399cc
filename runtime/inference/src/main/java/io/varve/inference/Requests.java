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
        noise.request().timeout(),
        call -> {
          int rows = Inputs.rows(images, Inputs.image(call.graph()));
          return imageRun(call, images, noise).collect(rows, 1);
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
        noise.request().timeout(),
        call -> {
          List<Manifest.Port> ports = call.graph().inputs();
          int rows = Inputs.rows(given, ports);
          return noisyRun(call, Inputs.sources(given, ports), noise, rows).collect(rows, samples);
        });
  }

  /** A run over images. */
  ChunkedRun imageRun(Call call, byte[] images, RequestNoise noise) {
    Manifest.Port port = Inputs.image(call.graph());
    InputSource source = InputSource.bytes(images, Manifest.size(port.shape()));
    return noisyRun(call, Map.of(port.name(), source), noise, Inputs.rows(images, port));
  }

  /** A run over all inputs, noise among them, without chunks. */
  ChunkedRun wholeRun(Call call, Map<String, InputSource> all, int rows) {
    return new ChunkedRun(call, rows, all);
  }

  /** A run over given inputs of so many rows; the others are noise. */
  ChunkedRun noisyRun(Call call, Map<String, InputSource> given, RequestNoise noise, int rows) {
    noise.request().checkRows(rows);
    Map<String, InputSource> sources = new LinkedHashMap<>(given);
    for (Manifest.Noise port : call.graph().noise()) {
      sources.put(port.name(), InputSource.noise(port, noise));
    }
    return new ChunkedRun(call, options.chunk(), sources);
  }
}
