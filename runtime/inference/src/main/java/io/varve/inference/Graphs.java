package io.varve.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.varve.inference.bundle.ExportHint;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.VerifiedBundle;
import io.varve.inference.onnxruntime.Admission;
import io.varve.inference.onnxruntime.OnnxRuntime;
import io.varve.inference.onnxruntime.RunControl;
import io.varve.inference.onnxruntime.SharedWeights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The sessions of a bundle. Each is opened when it is first used, from the bytes that were checked;
 * closing waits for all users.
 */
final class Graphs {
  private final Path bundle;
  private final VerifiedBundle verified;
  private final InferenceOptions options;
  private final SharedWeights weights;
  private final Device device;
  private final Map<String, GraphSession> sessions = new ConcurrentHashMap<>();
  private final Admission admission = new Admission();

  /** Chooses the device. */
  Graphs(Path bundle, VerifiedBundle verified, InferenceOptions options) {
    this.bundle = bundle;
    this.verified = verified;
    this.options = options;
    this.weights = new SharedWeights(OnnxRuntime.environment(), verified.weights());
    if (!options.memory().take(weights.bytes())) {
      throw options.memory().exceeded(bundle.toString(), weights.bytes());
    }
    try {
      VerifiedBundle.Graph probe = verified.graphs().values().iterator().next();
      this.device =
          Device.choose(
              options,
              settings -> weights.open(probe.bytes(), probe.externals(), settings, false).close());
      requireKernels();
    } catch (RuntimeException e) {
      options.memory().giveBack(weights.bytes());
      throw e;
    }
  }

  private void requireKernels() {
    if (device.isCpu() || !options.cuda().strict()) {
      return;
    }
    Map<String, Map<String, Integer>> without = verified.withoutCuda();
    if (!without.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: with CUDA, nodes of these graphs run on the CPU: %s; open it without 'strict' to allow that"
              .formatted(bundle, without));
    }
  }

  private Manifest manifest() {
    return verified.manifest();
  }

  Device device() {
    return device;
  }

  /** Runs a request on an entry point, or on its exact graph if the options say so. */
  <T> T use(String name, Optional<Duration> timeout, Function<Call, T> request) {
    return named(GraphName.of(name).exactly(options.exact()).toString(), timeout, request);
  }

  /**
   * Runs a request on a graph, which cannot be closed meanwhile. Whoever is told of it is told
   * afterwards, and may close the bundle.
   */
  <T> T named(String name, Optional<Duration> timeout, Function<Call, T> request) {
    Manifest.Graph graph = manifest().graphs().get(name);
    if (graph == null) {
      throw new IllegalArgumentException(
          "%s: has no graph '%s', expected one of %s%s"
              .formatted(
                  bundle, name, manifest().graphs().keySet(), ExportHint.of(manifest(), name)));
    }
    long start = System.nanoTime();
    Call[] call = new Call[1];
    RuntimeException failure = null;
    try {
      return admitted(
          timeout.or(options::timeout),
          control -> {
            call[0] = new Call(session(name, graph), control);
            return request.apply(call[0]);
          });
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      long rows = call[0] == null ? 0 : call[0].rows();
      long nanos = System.nanoTime() - start;
      tell(new RequestListener.Answer(name, rows, nanos, Optional.ofNullable(failure)));
      if (call[0] != null) {
        call[0].warnings().forEach(options.warnings());
      }
    }
  }

  /** A listener that fails costs nobody an answer. */
  private void tell(RequestListener.Answer answer) {
    try {
      options.listener().answered(answer);
    } catch (RuntimeException e) {
      options.warnings().accept(bundle + ": the listener of requests failed: " + e);
    }
  }

  private <T> T admitted(Optional<Duration> timeout, Function<RunControl, T> request) {
    try (RunControl control = new RunControl(timeout, options.shrinking())) {
      if (!admission.enter(control)) {
        throw new IllegalStateException(bundle + ": the bundle is closed; open it again");
      }
      try {
        return request.apply(control);
      } finally {
        admission.leave(control);
      }
    }
  }

  /** The name of the graph that takes the values of exactly these variables. */
  String carrying(Set<String> variables) {
    Inputs.requireGiven(variables, "variables");
    Set<String> known = ExportHint.carriable(manifest());
    Inputs.require(
        known.containsAll(variables),
        "%s: cannot carry %s, as the model has no such variable; those it can carry are %s"
            .formatted(bundle, unknown(variables, known), known));
    return carried().entrySet().stream()
        .filter(graph -> graph.getValue().equals(variables))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: cannot carry %s, expected one of %s%s"
                        .formatted(
                            bundle,
                            new TreeSet<>(variables),
                            carried().values(),
                            ExportHint.of(
                                manifest(),
                                GraphName.carrying(new TreeSet<>(variables)).toString()))));
  }

  private static Set<String> unknown(Set<String> variables, Set<String> known) {
    Set<String> unknown = new TreeSet<>(variables);
    unknown.removeAll(known);
    return unknown;
  }

  /** The sets of variables that graphs take, by graph. */
  Map<String, Set<String>> carried() {
    Map<String, Set<String>> carried = new LinkedHashMap<>();
    for (String graph : manifest().graphs().keySet()) {
      GraphName.find(graph)
          .filter(name -> name.kind() == GraphName.Kind.CARRY && !name.exact())
          .ifPresent(name -> carried.put(graph, new TreeSet<>(name.variables())));
    }
    return carried;
  }

  /** Opens every graph that was checked. */
  void load() {
    for (String name : verified.graphs().keySet()) {
      admitted(options.timeout(), control -> session(name, manifest().graphs().get(name)));
    }
  }

  private GraphSession session(String name, Manifest.Graph graph) {
    return sessions.computeIfAbsent(name, key -> open(name, graph));
  }

  private GraphSession open(String name, Manifest.Graph graph) {
    Path file = bundle.resolve(graph.file());
    VerifiedBundle.Graph checked = verified.graphs().get(name);
    if (checked == null) {
      throw new IllegalArgumentException(
          "%s: was not opened with the bundle; name '%s' there".formatted(file, name));
    }
    boolean threads = options.threads() == 0 && Runtime.getRuntime().availableProcessors() > 1;
    boolean one = device.isCpu() && packed() && threads && !options.spinning();
    Supplier<OrtSession> alone = () -> open(file, checked, options.withThreads(1));
    return new GraphSession(
        file,
        graph,
        options,
        open(file, checked, options),
        one ? Optional.of(alone) : Optional.empty());
  }

  private boolean packed() {
    return weights.bytes() <= options.packed();
  }

  private OrtSession open(Path file, VerifiedBundle.Graph checked, InferenceOptions options) {
    try (SessionOptions settings = device.settings(options, packed())) {
      return weights.open(checked.bytes(), checked.externals(), settings, device.isCpu());
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          file + ": ONNX Runtime cannot open it: " + OnnxRuntime.reason(e), e);
    }
  }

  /** Waits for requests under way, or stops them after a time, and frees all that is native. */
  void close(Optional<Duration> limit) {
    if (admission.close(limit)) {
      sessions.values().forEach(GraphSession::close);
      sessions.clear();
      weights.close();
      options.memory().giveBack(weights.bytes());
    }
  }
}
