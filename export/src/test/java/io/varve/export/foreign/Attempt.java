package io.varve.export.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import ai.onnx.proto.OnnxMl.ModelProto;
import io.varve.export.onnx.OnnxExporter;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Exports a foreign model with random weights, has it checked, and compares. */
final class Attempt {
  /** Below, a network has died; agreement on it says nothing. */
  private static final double DEAD = 1e-3;

  /** Above, it has exploded. */
  private static final double EXPLODED = 1e4;

  /** Rows of random inputs differ by more than this, relative to the largest number. */
  private static final double VARIATION = 0.01;

  private Attempt() {}

  /** Tries, in a folder that is left empty. */
  static Outcome of(Foreign model, Path folder) {
    Engine.getInstance().setRandomSeed(11);
    Path file = folder.resolve("model.onnx");
    try (NDManager manager = NDManager.newBaseManager()) {
      return export(model, file, manager);
    } catch (IllegalArgumentException e) {
      return new Outcome.Refused(reason(e, file));
    } catch (EngineException | UnsupportedOperationException e) {
      return new Outcome.Refused("DJL fails: " + reason(e, file));
    } finally {
      delete(file);
      delete(folder.resolve("model.safetensors"));
    }
  }

  private static Outcome export(Foreign model, Path file, NDManager manager) {
    Block block = model.block().get();
    RandomWeights.fill(block, manager, model.gain(), model.shapes(2));
    OnnxExporter exporter =
        OnnxExporter.of(trace -> model.run(block, trace))
            .parameters(names(block), new ParameterStore(manager, false));
    OnnxGraph graph = exporter.trace(manager);
    graph.save(file);
    Checker.check(file);
    Comparison comparison = Comparison.of(exporter.check(file, manager));
    requireMeaning(model, comparison);
    long parameters =
        graph.weights().stream().mapToLong(Safetensors.Entry::length).sum() / Float.BYTES;
    return new Outcome.Passed(parameters, nodes(file), comparison.error());
  }

  private static Map<Parameter, String> names(Block block) {
    Map<Parameter, String> names = new LinkedHashMap<>();
    for (Pair<String, Parameter> pair : block.getParameters()) {
      names.putIfAbsent(pair.getValue(), pair.getKey());
    }
    return names;
  }

  private static void requireMeaning(Foreign model, Comparison comparison) {
    String seen = model.name() + ": " + comparison;
    assertThat(comparison.least()).as(seen).isGreaterThan(DEAD);
    assertThat(comparison.most()).as(seen).isLessThan(EXPLODED);
    assertThat(comparison.variation()).as(seen).isGreaterThan(VARIATION);
  }

  private static int nodes(Path file) {
    try {
      return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getNodeCount();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first line of a message without the place, which is in these tests or in a folder. */
  private static String reason(RuntimeException e, Path file) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return message.replace(file + ": ", "").replaceFirst("^[\\w.]+:\\d+: ", "").replace("|", "\\|");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
