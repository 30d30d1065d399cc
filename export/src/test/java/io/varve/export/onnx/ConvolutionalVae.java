package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import io.varve.spi.Ops;
import java.util.LinkedHashMap;
import java.util.Map;

/** A variational autoencoder of images [1, 28, 28] in three graphs over one set of weights. */
final class ConvolutionalVae {
  private static final Shape IMAGE = new Shape(1, 28, 28);
  private static final int LATENT = 12;

  private final Block encoder;
  private final Block decoder;
  private final Map<Parameter, String> names = new LinkedHashMap<>();
  private final ParameterStore values;

  /** The parameters belong to the manager. */
  ConvolutionalVae(NDManager manager) {
    encoder =
        new SequentialBlock()
            .add(conv(8, 2))
            .add(Activation::relu)
            .add(conv(16, 2))
            .add(Activation.swishBlock(1))
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(2 * LATENT).build());
    decoder =
        new SequentialBlock()
            .add(Linear.builder().setUnits(IMAGE.size()).build())
            .addSingleton(h -> h.tanh().reshape(new Shape(-1).addAll(IMAGE)))
            .add(conv(8, 1))
            .add(Activation.eluBlock(1))
            .add(conv(1, 1));
    encoder.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(IMAGE));
    decoder.initialize(manager, DataType.FLOAT32, new Shape(1, LATENT));
    encoder.getParameters().forEach(p -> names.put(p.getValue(), "q." + p.getKey()));
    decoder.getParameters().forEach(p -> names.put(p.getValue(), "p." + p.getKey()));
    values = new ParameterStore(manager, false);
  }

  private static Conv2d conv(int filters, long stride) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(3, 3))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(1, 1))
        .build();
  }

  Map<Parameter, String> names() {
    return names;
  }

  /** By name: bytes to latents, noise to images, and bytes and noise to the bound. */
  Map<String, OnnxExporter> graphs() {
    Map<String, OnnxExporter> graphs = new LinkedHashMap<>();
    Map<String, Traced> code =
        Map.of("infer", this::infer, "generate", this::generate, "bound", this::bound);
    code.forEach((name, traced) -> graphs.put(name, exporter(traced)));
    return graphs;
  }

  private OnnxExporter exporter(Traced code) {
    return OnnxExporter.of(code).parameters(names, values);
  }

  private static NDArray pixels(Trace trace) {
    Shape shape = new Shape(trace.batch()).addAll(IMAGE);
    NDArray grey = trace.samples().randomInteger(0, 256, shape, DataType.INT64);
    return trace.input("x", grey.toType(DataType.UINT8, false));
  }

  private static NDArray epsilon(Trace trace) {
    return Exports.normal(trace, "noise.z", new Shape(LATENT));
  }

  private NDList posterior(Trace trace, NDArray x) {
    NDArray scaled = x.toType(DataType.FLOAT32, false).div(127.5f).sub(1f);
    return encoder.forward(trace.parameters(), new NDList(scaled), false).head().split(2, 1);
  }

  private NDArray logits(Trace trace, NDArray z) {
    return decoder.forward(trace.parameters(), new NDList(z), false).head();
  }

  private static NDArray draw(NDList q, NDArray epsilon) {
    return q.get(0).add(Ops.softplus(q.get(1)).mul(epsilon));
  }

  private Map<String, NDArray> infer(Trace trace) {
    NDList q = posterior(trace, pixels(trace));
    return Map.of("z", draw(q, epsilon(trace)));
  }

  private Map<String, NDArray> generate(Trace trace) {
    Shape shape = new Shape(trace.batch()).addAll(IMAGE);
    NDArray u = trace.input("noise.x", trace.samples().randomUniform(0f, 1f, shape));
    NDArray mean = Activation.sigmoid(logits(trace, epsilon(trace)));
    NDArray drawn = mean.gt(u).toType(DataType.FLOAT32, false).mul(255f);
    return Map.of("pixels", drawn, "pixels.mean", mean.mul(255f));
  }

  private Map<String, NDArray> bound(Trace trace) {
    NDArray x = pixels(trace);
    NDList q = posterior(trace, x);
    NDArray target = x.toType(DataType.FLOAT32, false).div(255f);
    NDArray logits = logits(trace, draw(q, epsilon(trace)));
    NDArray logP = Ops.sumEvent(target.mul(logits).sub(Ops.softplus(logits)));
    NDArray variance = Ops.softplus(q.get(1)).square();
    NDArray half = Ops.constant(logP, 0.5);
    NDArray inner = q.get(0).square().add(variance).sub(variance.log()).sub(1f);
    NDArray kl = half.mul(Ops.sumEvent(inner));
    return Map.of("bound", logP.sub(kl), "kl", kl);
  }
}
