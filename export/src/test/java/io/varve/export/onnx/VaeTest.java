package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import io.varve.export.onnx.graph.OnnxGraph;
import io.varve.export.onnx.graph.Port;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.inference.file.Safetensors;
import io.varve.spi.Ops;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A variational autoencoder as one graph: uint8 images and noise in, bound and KL out. */
class VaeTest {
  /** Single precision over some ten layers and a sum over 784 pixels. */
  private static final double TOLERANCE = 1e-5;

  private final NDManager manager = NDManager.newBaseManager();

  VaeTest() {
    Engine.getInstance().setRandomSeed(5);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * Initialises, and moves batch-norm statistics away from 0 and 1, where they would do nothing.
   */
  private <T extends Block> T initialised(T block, Shape... inputs) {
    block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    block.initialize(manager, DataType.FLOAT32, inputs);
    for (var pair : block.getParameters()) {
      Parameter parameter = pair.getValue();
      if (parameter.getType() != Parameter.Type.WEIGHT) {
        Shape shape = parameter.getArray().getShape();
        parameter.getArray().set(manager.randomUniform(0.5f, 1.5f, shape).toFloatArray());
      }
    }
    return block;
  }

  /** Encoder, reparameterisation, decoder and bound; the noise is an input. */
  private final class Vae implements Traced {
    private final Block encoder = initialised(mlp(40), new Shape(1, 784));
    private final Block decoder = initialised(mlp(784), new Shape(1, 20));
    private final Map<Parameter, String> names = new LinkedHashMap<>();

    private Vae() {
      encoder.getParameters().forEach(p -> names.put(p.getValue(), "q." + p.getKey()));
      decoder.getParameters().forEach(p -> names.put(p.getValue(), "p." + p.getKey()));
    }

    private static Block mlp(long units) {
      return new SequentialBlock()
          .add(Linear.builder().setUnits(256).build())
          .add(Activation::relu)
          .add(Linear.builder().setUnits(256).build())
          .add(Activation.eluBlock(1f))
          .add(Linear.builder().setUnits(units).build());
    }

    @Override
    public Map<String, NDArray> run(Trace trace) {
      NDManager samples = trace.samples();
      Shape image = new Shape(trace.batch(), 784);
      NDArray grey = samples.randomInteger(0, 256, image, DataType.INT64);
      NDArray x = trace.input("x", grey.toType(DataType.UINT8, false));
      NDArray u = trace.input("noise.x", samples.randomUniform(0f, 1f, image));
      NDArray epsilon = trace.input("noise.z", samples.randomNormal(new Shape(trace.batch(), 20)));
      NDArray v = x.toType(DataType.FLOAT32, false).div(255f).gt(u).toType(DataType.FLOAT32, false);
      NDList q = encoder.forward(trace.parameters(), new NDList(v), false).head().split(2, 1);
      NDArray scale = Ops.softplusElu(q.get(1));
      NDArray z = q.get(0).add(scale.mul(epsilon));
      NDArray logits = decoder.forward(trace.parameters(), new NDList(z), false).head();
      NDArray logP = Ops.sumEvent(v.mul(logits).sub(Ops.softplus(logits)));
      NDArray half = Ops.constant(scale, 0.5);
      NDArray variance = scale.square();
      NDArray kl =
          Ops.sumEvent(
              half.mul(
                  q.get(0).square().add(variance).sub(variance.log()).sub(Ops.constant(z, 1))));
      Map<String, NDArray> outputs = new LinkedHashMap<>();
      outputs.put("bound", logP.sub(kl));
      outputs.put("kl", kl);
      outputs.put("mean", logP.sub(kl).mean());
      return outputs;
    }

    private OnnxExporter exporter() {
      return OnnxExporter.of(this).parameters(names, new ParameterStore(manager, false));
    }
  }

  @Test
  void exportsAVariationalAutoencoder() {
    Vae vae = new Vae();
    OnnxGraph graph = vae.exporter().trace(manager);
    assertThat(graph.inputs()).extracting(Port::name).containsExactly("x", "noise.x", "noise.z");
    assertThat(graph.inputs().get(0).type()).isEqualTo(DataType.UINT8);
    assertThat(graph.inputs().get(0).event()).isEqualTo(new Shape(784));
    assertThat(graph.outputs()).extracting(Port::batched).containsExactly(true, true, false);
    assertThat(graph.weights())
        .extracting(Safetensors.Entry::name)
        .containsExactlyInAnyOrderElementsOf(vae.names.values());
    Exports.parity(vae.exporter()).require(TOLERANCE);
  }

  /** The paths of a model leave nothing behind but what was there. */
  @Test
  void leavesNoArrayBehind() {
    Vae vae = new Vae();
    OnnxExporter exporter = vae.exporter();
    exporter.trace(manager);
    int before = manager.getManagedArrays().size();
    exporter.trace(manager);
    assertThat(manager.getManagedArrays()).hasSize(before);
  }
}
