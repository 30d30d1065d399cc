package io.varve.inference.file;

/**
 * The messages of the ONNX project's {@code onnx.proto}. A line that ends in {@code -} is a field
 * that no graph of a bundle has.
 */
final class OnnxSchema {
  static final ProtobufSchema MODEL =
      ProtobufSchema.of(
          "model",
          """
          1 ir_version long
          2 producer_name text
          3 producer_version text -
          4 domain text -
          5 model_version long -
          6 doc_string text -
          7 graph message
          8 opset_import message*
          14 metadata_props message* -
          20 training_info bytes* -
          25 functions bytes* -""");

  static final ProtobufSchema OPERATOR_SET =
      ProtobufSchema.of("operator set", "1 domain text\n2 version long");

  static final ProtobufSchema GRAPH =
      ProtobufSchema.of(
          "graph",
          """
          1 node message*
          2 name text
          5 initializer message*
          10 doc_string text -
          11 input message*
          12 output message*
          13 value_info bytes* -
          14 quantization_annotation bytes* -
          15 sparse_initializer message* -
          16 metadata_props bytes* -""");

  static final ProtobufSchema NODE =
      ProtobufSchema.of(
          "node",
          """
          1 input text*
          2 output text*
          3 name text
          4 op_type text
          5 attribute message*
          6 doc_string text -
          7 domain text -
          8 overload text -
          9 metadata_props bytes* -""");

  static final ProtobufSchema ATTRIBUTE =
      ProtobufSchema.of(
          "attribute",
          """
          1 name text
          2 f float
          3 i long
          4 s text
          5 t message -
          6 g message
          7 floats float* -
          8 ints long*
          9 strings text*
          10 tensors message* -
          11 graphs message* -
          13 doc_string text -
          14 tp bytes -
          15 type_protos bytes* -
          20 type int
          21 ref_attr_name text -
          22 sparse_tensor message -
          23 sparse_tensors message* -""");

  static final ProtobufSchema TENSOR =
      ProtobufSchema.of(
          "tensor",
          """
          1 dims long*
          2 data_type int
          3 segment bytes -
          4 float_data float* -
          5 int32_data int* -
          6 string_data bytes* -
          7 int64_data long* -
          8 name text
          9 raw_data bytes
          10 double_data bytes* -
          11 uint64_data long* -
          12 doc_string text -
          13 external_data message*
          14 data_location int
          16 metadata_props bytes* -""");

  static final ProtobufSchema SPARSE_TENSOR =
      ProtobufSchema.of("sparse tensor", "1 values message -\n2 indices message -\n3 dims long* -");

  static final ProtobufSchema PAIR = ProtobufSchema.of("pair", "1 key text\n2 value text");

  static final ProtobufSchema VALUE =
      ProtobufSchema.of(
          "value",
          """
          1 name text
          2 type message
          3 doc_string text -
          4 metadata_props bytes* -""");

  static final ProtobufSchema TYPE =
      ProtobufSchema.of(
          "type",
          """
          1 tensor_type message
          4 sequence_type bytes -
          5 map_type bytes -
          6 denotation text -
          7 opaque_type bytes -
          8 sparse_tensor_type bytes -
          9 optional_type bytes -""");

  static final ProtobufSchema TENSOR_TYPE =
      ProtobufSchema.of("tensor type", "1 elem_type int\n2 shape message");

  static final ProtobufSchema SHAPE = ProtobufSchema.of("shape", "1 dim message*");

  static final ProtobufSchema DIMENSION =
      ProtobufSchema.of("dimension", "1 dim_value long\n2 dim_param text\n3 denotation text -");

  private OnnxSchema() {}
}
