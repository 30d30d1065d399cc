package io.varve.inference;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A graph with operators of every kind that bundles have: layers, loops with a body, shapes that
 * are computed, positions, divisions of whole numbers, and a NaN that stands for a NaN.
 */
public final class RichGraph {
  private final TinyGraph graph = new TinyGraph();

  private RichGraph() {}

  /** The graph {@code infer} of the tiny bundle, in many more steps. */
  public static TinyGraph infer(TinyBundle bundle) {
    return new RichGraph().build(bundle.weights().get("W"));
  }

  private TinyGraph build(Safetensors.Tensor w) {
    String x = graph.flat(graph.image("x", 1L, 2L, 2L));
    String mean = graph.op("MatMul", "mean", x, graph.weight(w, TinyBundle.WEIGHTS));
    String z = graph.op("Add", "latent", mean, graph.noise("noise.z", "normal", 3L));
    String looped = loop(z);
    String scanned = scan(looped);
    String convolved = convolve(scanned);
    String asked = graph.op("IsNaN", "asked", convolved);
    String whole = graph.op("Where", "whole", asked, floats("nan", Float.NaN), convolved);
    String ordered = top(whole);
    String spread =
        graph.op("Expand", "spread", floats("half", .5f), graph.op("Shape", "sizes", ordered));
    graph.output("z", graph.op("Mul", "scaled", graph.op("Tanh", "bounded", ordered), spread), 3L);
    return graph;
  }

  /** Halves the state three times and adds what stands around the loop. */
  private String loop(String z) {
    OnnxMl.GraphProto body =
        OnnxMl.GraphProto.newBuilder()
            .setName("body")
            .addInput(value("round", 7))
            .addInput(value("goes on", 9))
            .addInput(value("state", 1, -1, 3))
            .addNode(node("Mul", "smaller", "state", floats("quarter", .25f)))
            .addNode(node("Add", "next", "smaller", z))
            .addNode(node("Identity", "again", "goes on"))
            .addOutput(value("again", 9))
            .addOutput(value("next", 1, -1, 3))
            .build();
    graph
        .proto()
        .addNode(
            node("Loop", "looped", scalar("rounds", 3), "", z).toBuilder()
                .addAttribute(attribute("body", 5).setG(body)));
    return "looped";
  }

  /** Products along axis 1. */
  private String scan(String z) {
    OnnxMl.GraphProto body =
        OnnxMl.GraphProto.newBuilder()
            .setName("scan body")
            .addInput(value("carried", 1, -1))
            .addInput(value("slice", 1, -1))
            .addNode(node("Mul", "product", "carried", "slice"))
            .addNode(node("Identity", "kept", "product"))
            .addOutput(value("product", 1, -1))
            .addOutput(value("kept", 1, -1))
            .build();
    String first = graph.op("Gather", "first", z, scalar("position", 0));
    graph.proto().getNodeBuilder(graph.proto().getNodeCount() - 1).addAttribute(whole("axis", 1));
    graph
        .proto()
        .addNode(
            OnnxMl.NodeProto.newBuilder()
                .setOpType("Scan")
                .addAllInput(List.of(first, z))
                .addAllOutput(List.of("last", "scanned"))
                .addAttribute(attribute("body", 5).setG(body))
                .addAttribute(whole("num_scan_inputs", 1))
                .addAttribute(attribute("scan_input_axes", 7).addInts(1))
                .addAttribute(attribute("scan_output_axes", 7).addInts(1)));
    return "scanned";
  }

  private String convolve(String z) {
    String open = graph.op("Unsqueeze", "open", z, graph.constant("channel", 1L));
    graph.proto().addInitializer(tensor("kernel", 1, new long[] {1, 1, 3}, 1f, 2f, 1f));
    graph
        .proto()
        .addNode(
            node("Conv", "convolved", open, "kernel").toBuilder()
                .addAttribute(attribute("pads", 7).addInts(1).addInts(1))
                .addAttribute(attribute("strides", 7).addInts(1))
                .addAttribute(whole("group", 1)));
    return graph.op("Reshape", "flat", "convolved", graph.constant("open sizes", -1L, 3L));
  }

  private String top(String z) {
    graph
        .proto()
        .addNode(
            OnnxMl.NodeProto.newBuilder()
                .setOpType("TopK")
                .addAllInput(List.of(z, graph.constant("all", 3L)))
                .addAllOutput(List.of("values", "positions"))
                .addAttribute(whole("axis", 1)));
    String rest = graph.op("Mod", "rest", "positions", scalar("three", 3));
    graph.op("GatherElements", "chosen", "values", rest);
    graph.proto().getNodeBuilder(graph.proto().getNodeCount() - 1).addAttribute(whole("axis", 1));
    return graph.op(
        "Slice",
        "all of it",
        "chosen",
        graph.constant("from", 0L),
        graph.constant("to", Long.MAX_VALUE),
        graph.constant("along", 1L));
  }

  private String floats(String name, float value) {
    graph.proto().addInitializer(tensor(name, 1, new long[0], value));
    return name;
  }

  private String scalar(String name, long value) {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    graph
        .proto()
        .addInitializer(
            OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(7)
                .setRawData(ByteString.copyFrom(bytes)));
    return name;
  }

  private static OnnxMl.TensorProto tensor(String name, int type, long[] dims, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return OnnxMl.TensorProto.newBuilder()
        .setName(name)
        .setDataType(type)
        .addAllDims(Arrays.stream(dims).boxed().toList())
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  private static OnnxMl.NodeProto node(String operator, String out, String... in) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(in))
        .addOutput(out)
        .build();
  }

  private static OnnxMl.AttributeProto.Builder attribute(String name, int type) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.forNumber(type));
  }

  private static OnnxMl.AttributeProto whole(String name, long value) {
    return attribute(name, 2).setI(value).build();
  }

  private static OnnxMl.ValueInfoProto value(String name, int type, long... dims) {
    OnnxMl.TypeProto.Tensor.Builder tensor = OnnxMl.TypeProto.Tensor.newBuilder().setElemType(type);
    tensor.getShapeBuilder();
    for (long dim : dims) {
      OnnxMl.TensorShapeProto.Dimension.Builder dimension =
          tensor.getShapeBuilder().addDimBuilder();
      if (dim < 0) {
        dimension.setDimParam("batch");
      } else {
        dimension.setDimValue(dim);
      }
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
