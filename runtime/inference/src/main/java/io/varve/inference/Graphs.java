package io.varve.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/** The sessions of a bundle. Each is opened when it is first used; closing waits for all users. */
final class Graphs implements AutoCloseable {
  private final Path bundle;
  private final Manifest manifest;
  private final InferenceOptions options;
  private final OrtEnvironment environment;
  private final Device device;
  private final Map<String, GraphSession> sessions = new ConcurrentHashMap<>();
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /** Chooses the device; the bundle has been verified. */
  Graphs(Path bundle, Manifest manifest, InferenceOptions options) {
    this.bundle = bundle;
    this.manifest = manifest;
    this.options = options;
    this.environment = OnnxRuntime.environment();
    Manifest.Graph probe = manifest.graphs().values().iterator().next();
    this.device = Device.choose(options, environment, bundle.resolve(probe.file()));
  }

  Device device() {
    return device;
  }

  /** Runs a request on an entry point, or on its exact graph if the options say so. */
  <T> T use(String name, Function<GraphSession, T> request) {
    return named(GraphName.of(name).exactly(options.exact()).toString(), request);
  }

  /** Runs a request on a graph, which cannot be closed meanwhile. */
  <T> T named(String name, Function<GraphSession, T> request) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException(bundle + ": the bundle is closed; open it again");
      }
      Manifest.Graph graph = manifest.graphs().get(name);
      if (graph == null) {
        throw new IllegalArgumentException(
            "%s: has no graph '%s', expected one of %s"
                .formatted(bundle, name, manifest.graphs().keySet()));
      }
      return request.apply(sessions.computeIfAbsent(name, key -> open(graph)));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The name of the graph that takes the values of exactly these variables. */
  String carrying(Set<String> variables) {
    return carried().entrySet().stream()
        .filter(graph -> graph.getValue().equals(variables))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: cannot carry %s, expected one of %s; export it with the set you need"
                        .formatted(bundle, new TreeSet<>(variables), carried().values())));
  }

  /** The sets of variables that graphs take, by graph. */
  Map<String, Set<String>> carried() {
    Map<String, Set<String>> carried = new LinkedHashMap<>();
    for (String graph : manifest.graphs().keySet()) {
      GraphName.find(graph)
          .filter(name -> name.kind() == GraphName.Kind.CARRY && !name.exact())
          .ifPresent(name -> carried.put(graph, new TreeSet<>(name.variables())));
    }
    return carried;
  }

  private GraphSession open(Manifest.Graph graph) {
    Path file = bundle.resolve(graph.file());
    try (SessionOptions settings = device.settings(options, weights() <= options.packed())) {
      return new GraphSession(environment, file, graph, settings, options.chunk());
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          file + ": ONNX Runtime cannot open it: " + OnnxRuntime.reason(e), e);
    }
  }

  /** Bytes of weights, all graphs together. */
  private long weights() {
    return manifest.files().keySet().stream()
        .filter(name -> name.endsWith(".safetensors") && !name.equals(manifest.parity().file()))
        .mapToLong(name -> bundle.resolve(name).toFile().length())
        .sum();
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      sessions.values().forEach(GraphSession::close);
      sessions.clear();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
