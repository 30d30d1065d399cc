package io.varve.networks.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transposed convolution against the operator of ONNX, as ONNX Runtime computes it. */
class TransposedConvolutionTest {
  /** Single precision, sums of 9 products for each of 16 channels, of order 10. */
  private static final Offset<Float> ROUNDING = Offset.offset(2e-5f);

  private static final List<String> INPUTS = List.of("x", "w", "b");

  @ParameterizedTest
  @CsvSource({"1, 3, 5, 4, 4", "2, 16, 8, 8, 8", "3, 7, 1, 1, 1", "2, 2, 3, 3, 6"})
  void equalsConvTransposeOfOnnx(int batch, int inputs, int outputs, int height, int width)
      throws OrtException {
    try (NDManager manager = NDManager.newBaseManager()) {
      manager.getEngine().setRandomSeed(3);
      NDArray x = manager.randomNormal(new Shape(batch, inputs, height, width));
      NDArray w = manager.randomNormal(new Shape(outputs, inputs, 3, 3));
      NDArray b = manager.randomNormal(new Shape(outputs));
      NDArray y = TransposedConvolution.doubled(x, w, b, 1);
      assertThat(y.getShape()).isEqualTo(new Shape(batch, outputs, 2L * height, 2L * width));
      // ONNX has the kernel as [inputs, outputs, 3, 3].
      List<NDArray> arguments = List.of(x, w.transpose(1, 0, 2, 3), b);
      assertThat(y.toFloatArray()).containsExactly(onnx(arguments), ROUNDING);
    }
  }

  private static float[] onnx(List<NDArray> arguments) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(model().toByteArray(), options);
        OnnxTensor x = tensor(environment, arguments.get(0));
        OnnxTensor w = tensor(environment, arguments.get(1));
        OnnxTensor b = tensor(environment, arguments.get(2));
        OrtSession.Result result = session.run(Map.of("x", x, "w", w, "b", b))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] all = new float[values.remaining()];
      values.get(all);
      return all;
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, NDArray array) throws OrtException {
    FloatBuffer values = FloatBuffer.wrap(array.toFloatArray());
    return OnnxTensor.createTensor(environment, values, array.getShape().getShape());
  }

  /** ConvTranspose of 3 x 3 with stride 2, padding 1 and output padding 1. */
  private static ModelProto model() {
    NodeProto node =
        NodeProto.newBuilder()
            .setOpType("ConvTranspose")
            .addAllInput(INPUTS)
            .addOutput("y")
            .addAttribute(integers("strides", 2, 2))
            .addAttribute(integers("pads", 1, 1, 1, 1))
            .addAttribute(integers("output_padding", 1, 1))
            .build();
    GraphProto.Builder graph = GraphProto.newBuilder().setName("doubled").addNode(node);
    INPUTS.forEach(name -> graph.addInput(value(name)));
    return ModelProto.newBuilder()
        .setIrVersion(9)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(20))
        .setGraph(graph.addOutput(value("y")))
        .build();
  }

  private static AttributeProto integers(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(values).boxed().toList())
        .build();
  }

  private static ValueInfoProto value(String name) {
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
