package io.varve.export.foreign;

import static io.varve.export.foreign.Foreign.Input.normal;
import static io.varve.export.foreign.Foreign.Input.whole;

import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableTextEmbedding;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv1dTranspose;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.ConstantEmbedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.LinearCollection;
import ai.djl.nn.core.Multiplication;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.core.SparseMax;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.GhostBatchNorm;
import ai.djl.nn.norm.LayerNorm;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The layers of DJL's own api. */
final class Layers {
  private Layers() {}

  static List<Foreign> core() {
    return List.of(
        Foreign.of("Linear", () -> Linear.builder().setUnits(9).build(), normal(5, 7)),
        Foreign.of(
            "Linear, no bias",
            () -> Linear.builder().setUnits(9).optBias(false).build(),
            normal(7)),
        Foreign.of(
            "LinearCollection", () -> LinearCollection.builder().setUnits(9).build(), normal(5, 7)),
        Foreign.of("Multiplication", () -> Multiplication.builder().setUnits(3).build(), normal(7)),
        Foreign.of("SparseMax", () -> new SparseMax(), normal(5, 7)),
        Foreign.of("Prelu", () -> new Prelu(), normal(7)),
        Foreign.of("batchFlatten", () -> Blocks.batchFlattenBlock(), normal(3, 4)),
        Foreign.of("Dropout", () -> Dropout.builder().build(), normal(4, 9)),
        Foreign.of("TrainableWordEmbedding", () -> words(50), whole(50, 5)),
        Foreign.of("ConstantEmbedding", Layers::constantEmbedding, whole(50, 5)));
  }

  /** A vocabulary of so many words and one for the unknown. */
  static TrainableTextEmbedding words(int count) {
    DefaultVocabulary vocabulary =
        DefaultVocabulary.builder()
            .add(IntStream.range(0, count).mapToObj(i -> "word" + i).toList())
            .optUnknownToken()
            .build();
    return new TrainableTextEmbedding(
        TrainableWordEmbedding.builder().setEmbeddingSize(12).setVocabulary(vocabulary).build());
  }

  private static Block constantEmbedding() {
    return new ConstantEmbedding(NDManager.newBaseManager().ones(new Shape(3)));
  }

  static List<Foreign> convolutions() {
    return List.of(
        Foreign.of(
            "Conv1d, groups 2",
            () -> Conv1d.builder().setFilters(8).setKernelShape(new Shape(3)).optGroups(2).build(),
            normal(4, 9)),
        Foreign.of(
            "Conv2d, dilation 2",
            () -> conv2d().optDilation(new Shape(2, 2)).optPadding(new Shape(1, 1)).build(),
            normal(4, 9, 8)),
        Foreign.of("Conv2d, depthwise", () -> conv2d().optGroups(8).build(), normal(8, 9, 8)),
        Foreign.of(
            "Conv3d, stride 2",
            () ->
                Conv3d.builder()
                    .setFilters(8)
                    .setKernelShape(new Shape(3, 3, 3))
                    .optStride(new Shape(2, 2, 2))
                    .build(),
            normal(4, 9, 8, 7)),
        Foreign.of(
            "Conv1dTranspose",
            () -> Conv1dTranspose.builder().setFilters(8).setKernelShape(new Shape(3)).build(),
            normal(4, 9)),
        Foreign.of(
            "Conv2dTranspose",
            () -> Conv2dTranspose.builder().setFilters(8).setKernelShape(new Shape(3, 3)).build(),
            normal(4, 9, 8)));
  }

  private static Conv2d.Builder conv2d() {
    return Conv2d.builder().setFilters(8).setKernelShape(new Shape(3, 3));
  }

  static List<Foreign> norms() {
    return List.of(
        Foreign.of("BatchNorm", () -> BatchNorm.builder().build(), normal(4, 9, 8)),
        Foreign.of("BatchNorm, axis 2", () -> BatchNorm.builder().optAxis(2).build(), normal(4, 9)),
        Foreign.of(
            "BatchNorm, neither scale nor center",
            () -> BatchNorm.builder().optScale(false).optCenter(false).build(),
            normal(4, 9)),
        Foreign.of("GhostBatchNorm", () -> GhostBatchNorm.builder().build(), normal(4, 9)),
        Foreign.of(
            "GhostBatchNorm, virtual batch 8",
            () -> GhostBatchNorm.builder().optVirtualBatchSize(8).build(),
            normal(4, 9)),
        Foreign.of("LayerNorm", () -> LayerNorm.builder().build(), normal(4, 9)),
        Foreign.of("LayerNorm, axis 2", () -> LayerNorm.builder().axis(2).build(), normal(4, 9)));
  }

  static List<Foreign> activations() {
    return List.of(
        activation("relu", Activation::reluBlock),
        activation("relu6", Activation::relu6Block),
        activation("leakyRelu", () -> Activation.leakyReluBlock(0.1f)),
        activation("prelu", Activation::preluBlock),
        activation("elu", () -> Activation.eluBlock(1.5f)),
        activation("selu", Activation::seluBlock),
        activation("gelu", Activation::geluBlock),
        activation("swish", () -> Activation.swishBlock(1.5f)),
        activation("mish", Activation::mishBlock),
        activation("softPlus", Activation::softPlusBlock),
        activation("softSign", Activation::softSignBlock),
        activation("sigmoid", Activation::sigmoidBlock),
        activation("tanh", Activation::tanhBlock));
  }

  /** A new block for every try, for a Prelu keeps what it learns. */
  private static Foreign activation(String name, Supplier<Block> block) {
    return Foreign.of(name, () -> new SequentialBlock().add(block.get()), normal(7));
  }
}
