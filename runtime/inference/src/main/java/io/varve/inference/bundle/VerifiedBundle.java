package io.varve.inference.bundle;

import io.varve.inference.file.OnnxFile;
import io.varve.inference.file.OnnxGraph;
import io.varve.inference.file.Safetensors;
import io.varve.inference.graph.CudaKernels;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A bundle whose files were each read once and checked. It holds what was read, so that what is
 * used is what was checked, whatever becomes of the files.
 *
 * @param folder where the bundle lies, links resolved
 * @param manifest what it is and holds
 * @param graphs those that were checked, by the name in the manifest
 * @param weights the safetensors files that graphs refer to, by their name within the bundle, read
 *     into memory; a tensor of a graph that lies outside of it has the name, type and shape of the
 *     tensor there
 */
public record VerifiedBundle(
    Path folder, Manifest manifest, Map<String, Graph> graphs, Map<String, Safetensors> weights) {
  /**
   * A graph.
   *
   * @param file its ONNX file
   * @param externals the tensors of it that lie in {@code weights}
   */
  public record Graph(ByteBuffer file, List<OnnxGraph.External> externals) {
    /** Freezes the list. */
    public Graph {
      externals = List.copyOf(externals);
    }

    /** The bytes of the file: a copy. */
    public byte[] bytes() {
      byte[] copy = new byte[file.remaining()];
      file.duplicate().get(copy);
      return copy;
    }
  }

  /** Freezes the maps. */
  public VerifiedBundle {
    graphs = Collections.unmodifiableMap(new LinkedHashMap<>(graphs));
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * The nodes that CUDA has no kernel for, so that they run on the CPU there.
   *
   * @return by graph, how many there are of each operator and type; see {@link CudaKernels#missing}
   */
  public Map<String, Map<String, Integer>> withoutCuda() {
    Map<String, Map<String, Integer>> without = new LinkedHashMap<>();
    graphs.forEach(
        (name, graph) -> {
          Manifest.Graph described = manifest.graphs().get(name);
          OnnxGraph onnx =
              OnnxFile.readWritten(folder.resolve(described.file()), graph.file().duplicate())
                  .graph();
          Map<String, Integer> missing =
              CudaKernels.missing(onnx, BundleVerification.ports(described.allInputs()));
          if (!missing.isEmpty()) {
            without.put(name, missing);
          }
        });
    return without;
  }

  /**
   * The recorded inputs and outputs, read anew.
   *
   * @throws IllegalArgumentException if they are not what they were when the bundle was verified
   */
  public Safetensors parity() {
    String name = manifest.parity().file();
    return new BundleFiles(folder).tensors(name, manifest.files().get(name));
  }
}
