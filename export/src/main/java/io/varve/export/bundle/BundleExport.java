package io.varve.export.bundle;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.Graph;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.Parity;
import io.varve.export.onnx.Port;
import io.varve.inference.Manifest;
import io.varve.inference.Safetensors;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes bundles: traces each entry point, shares one weights file among the graphs, and checks
 * every graph in ONNX Runtime before the bundle appears.
 */
public final class BundleExport {
  /** The relative error a graph may show against DJL in single precision. */
  public static final double TOLERANCE = 1e-4;

  private static final String WEIGHTS = "weights.safetensors";
  private static final String PARITY = "parity.safetensors";

  private final Exported exported;
  private final NDManager manager;
  private final Map<String, NDArray> values;

  private BundleExport(Exported exported, NDManager manager) {
    this.exported = exported;
    this.manager = manager;
    this.values = new LinkedHashMap<>(exported.weights().views(exported.vector()));
    values.putAll(exported.weights().buffers());
  }

  /**
   * What an export did.
   *
   * @param worst the largest relative error of each graph against DJL
   */
  public record Result(Path bundle, Map<String, Double> worst) {}

  /**
   * Exports a model, whole or not at all.
   *
   * @param entries entry points as in {@code export:}
   * @param bundle a directory that does not exist yet, or an earlier bundle to replace
   * @throws IllegalArgumentException if an entry point is unknown, the place is taken, the model's
   *     code cannot be traced, or a graph misses {@link #TOLERANCE}
   */
  public static Result export(Exported exported, List<String> entries, Path bundle) {
    requireFree(bundle);
    Path parent = bundle.toAbsolutePath().getParent();
    Path building = null;
    try (NDManager manager = exported.vector().getManager().newSubManager()) {
      Files.createDirectories(parent);
      building = Files.createTempDirectory(parent, "." + bundle.getFileName() + "-");
      Map<String, Double> worst =
          new BundleExport(exported, manager).write(entries, building);
      if (Files.exists(bundle)) {
        delete(bundle);
      }
      Files.move(building, bundle, StandardCopyOption.ATOMIC_MOVE);
      return new Result(bundle, worst);
    } catch (IOException e) {
      throw new IllegalArgumentException(bundle + ": cannot be written: " + e.getMessage(), e);
    } finally {
      if (building != null && Files.exists(building)) {
        delete(building);
      }
    }
  }

  private static void requireFree(Path bundle) {
    if (Files.exists(bundle) && !Files.exists(bundle.resolve(Manifest.FILE))) {
      throw new IllegalArgumentException(
          bundle + ": exists and is no bundle; choose another place");
    }
  }

  private Map<String, Double> write(List<String> entries, Path folder) {
    Map<EntryPoint, Graph> graphs = new LinkedHashMap<>();
    Map<String, NDArray> used = new LinkedHashMap<>();
    for (String entry : entries.stream().map(String::trim).distinct().toList()) {
      EntryPoint point = new EntryPoint(entry, exported);
      Graph graph = exporter(point).trace(manager);
      graphs.put(point, graph);
      used.putAll(graph.parameters());
    }
    Map<String, Safetensors.Tensor> weights = writeWeights(folder.resolve(WEIGHTS), used);
    List<Safetensors.Entry> vectors = new ArrayList<>();
    Map<String, Double> worst = new LinkedHashMap<>();
    graphs.forEach(
        (point, graph) -> {
          Path file = folder.resolve(point.file());
          graph.write(file, weights, WEIGHTS);
          Parity parity = check(point, file);
          worst.put(point.name(), parity.worst());
          vectors.addAll(parity.entries(point.name()));
        });
    Safetensors.write(folder.resolve(PARITY), vectors, Map.of());
    manifest(graphs, folder).write(folder);
    return worst;
  }

  private OnnxExporter exporter(EntryPoint point) {
    return OnnxExporter.of(point.code())
        .parameters(
            exported.weights().names(),
            exported.weights().store(manager, exported.vector()));
  }
}
