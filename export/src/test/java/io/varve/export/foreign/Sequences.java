package io.varve.export.foreign;

import static io.varve.export.foreign.Foreign.Input.normal;
import static io.varve.export.foreign.Foreign.Input.whole;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertNextSentenceBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.nn.transformer.PointwiseFeedForwardBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import java.util.List;

/** The recurrent and transformer blocks of DJL's own api. */
final class Sequences {
  private static final int WORDS = 50;
  private static final Foreign.Input STEPS = normal(7, 5);
  private static final Foreign.Input TOKENS = whole(WORDS, 12);
  private static final Foreign.Input TYPES = whole(2, 12);

  private Sequences() {}

  static List<Foreign> recurrent() {
    return List.of(
        Foreign.of("RNN, tanh", () -> rnn(RNN.Activation.TANH).build(), STEPS),
        Foreign.of("RNN, relu", () -> rnn(RNN.Activation.RELU).build(), STEPS),
        Foreign.of("LSTM", () -> lstm(1).build(), STEPS),
        Foreign.of("LSTM, state returned", () -> lstm(1).optReturnState(true).build(), STEPS),
        Foreign.of("LSTM, 2 layers", () -> lstm(2).build(), STEPS),
        Foreign.of("LSTM, no biases", () -> lstm(1).optHasBiases(false).build(), STEPS),
        Foreign.of("LSTM, bidirectional", () -> lstm(1).optBidirectional(true).build(), STEPS),
        Foreign.of(
            "LSTM, bidirectional, no biases",
            () -> lstm(1).optBidirectional(true).optHasBiases(false).build(),
            STEPS),
        Foreign.of(
            "LSTM, 2 layers, bidirectional", () -> lstm(2).optBidirectional(true).build(), STEPS),
        Foreign.of("LSTM, time first", () -> lstm(1).optBatchFirst(false).build(), STEPS),
        Foreign.of("GRU", () -> gru(1).build(), STEPS),
        Foreign.of("GRU, 2 layers", () -> gru(2).build(), STEPS),
        Foreign.of("GRU, bidirectional", () -> gru(1).optBidirectional(true).build(), STEPS));
  }

  private static RNN.Builder rnn(RNN.Activation activation) {
    return RNN.builder().setActivation(activation).setStateSize(16).setNumLayers(1);
  }

  private static LSTM.Builder lstm(int layers) {
    return LSTM.builder().setStateSize(16).setNumLayers(layers);
  }

  private static GRU.Builder gru(int layers) {
    return GRU.builder().setStateSize(16).setNumLayers(layers);
  }

  static List<Foreign> transformers() {
    return List.of(
        Foreign.of(
            "IdEmbedding",
            () -> new IdEmbedding.Builder().setDictionarySize(WORDS).setEmbeddingSize(8).build(),
            TOKENS),
        Foreign.of("ScaledDotProductAttention", Sequences::attention, normal(6, 16)),
        Foreign.of(
            "ScaledDotProductAttention, masked",
            Sequences::attention,
            normal(6, 16),
            whole(2, 6, 6)),
        Foreign.of(
            "ScaledDotProductAttention, keys, queries, values",
            Sequences::attention,
            normal(6, 16),
            normal(5, 16),
            normal(6, 16)),
        Foreign.of(
            "PointwiseFeedForward",
            () -> new PointwiseFeedForwardBlock(List.of(32), 16, Activation::relu),
            normal(6, 16)),
        Foreign.of("TransformerEncoder, 4 heads", () -> encoder(16, 4, 32), normal(6, 16)),
        Foreign.of("TransformerEncoder, 12 heads", () -> encoder(768, 12, 3072), normal(16, 768))
            .slowly());
  }

  private static Block attention() {
    return ScaledDotProductAttentionBlock.builder().setEmbeddingSize(16).setHeadCount(4).build();
  }

  private static Block encoder(int size, int heads, int hidden) {
    return new TransformerEncoderBlock(size, heads, hidden, 0.1f, Activation::gelu);
  }

  /** Less gain, or attention would saturate and turn the last bits of its scores into a choice. */
  static List<Foreign> berts() {
    return List.of(
        Foreign.of("BertBlock nano", () -> nano().build(), TOKENS, TYPES, TYPES).gain(0.5),
        Foreign.of(
                "BertBlock nano, without the pooled output",
                () -> new SequentialBlock().add(nano().build()).add(Sequences::first),
                TOKENS,
                TYPES,
                TYPES)
            .gain(0.5),
        Foreign.of(
                "BertBlock base, without the pooled output",
                () -> new SequentialBlock().add(base().build()).add(Sequences::first),
                TOKENS,
                TYPES,
                TYPES)
            .gain(0.5)
            .slowly(),
        Foreign.of(
                "BertPretrainingBlock",
                () -> new BertPretrainingBlock(nano()),
                TOKENS,
                TYPES,
                TYPES,
                whole(12, 3))
            .gain(0.5),
        Foreign.of("BertNextSentenceBlock", () -> new BertNextSentenceBlock(), normal(16)));
  }

  private static NDList first(NDList outputs) {
    return new NDList(outputs.head());
  }

  private static BertBlock.Builder nano() {
    return limited(BertBlock.builder().nano());
  }

  private static BertBlock.Builder base() {
    return limited(BertBlock.builder().base());
  }

  /** The maximal length is the only one that DJL's position embedding fits. */
  private static BertBlock.Builder limited(BertBlock.Builder size) {
    return size.setTokenDictionarySize(WORDS).optMaxSequenceLength(12);
  }
}
