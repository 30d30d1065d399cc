package io.varve.export.foreign;

import static io.varve.export.foreign.Foreign.Input.normal;
import static io.varve.export.foreign.Foreign.Input.whole;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.basicmodelzoo.cv.classification.GoogLeNet;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV1;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.NiN;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.SqueezeNet;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.basicmodelzoo.cv.object_detection.ssd.SingleShotDetection;
import ai.djl.basicmodelzoo.cv.object_detection.yolo.YOLOV3;
import ai.djl.basicmodelzoo.nlp.SimpleTextDecoder;
import ai.djl.basicmodelzoo.nlp.SimpleTextEncoder;
import ai.djl.basicmodelzoo.tabular.TabNet;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import java.util.Collections;
import java.util.List;

/** Every network of DJL's basic model zoo, in the sizes it is known for. */
final class BasicModelZoo {
  private static final int WORDS = 50;

  private BasicModelZoo() {}

  static List<Foreign> classifiers() {
    return List.of(
        Foreign.of("Mlp", () -> new Mlp(784, 10, new int[] {128, 64}), normal(1, 28, 28)),
        Foreign.of("Mlp, tanh", () -> mlp(512, 512, 512), normal(784)),
        // Sigmoids flatten what they are given.
        Foreign.of("LeNet", () -> LeNet.builder().build(), normal(1, 28, 28)).gain(3),
        Foreign.of("AlexNet", () -> AlexNet.builder().build(), normal(3, 224, 224)).slowly(),
        Foreign.of("NiN", () -> NiN.builder().build(), normal(3, 224, 224)).slowly(),
        Foreign.of("GoogLeNet", () -> GoogLeNet.builder().build(), normal(3, 64, 64)),
        Foreign.of("GoogLeNet", () -> GoogLeNet.builder().build(), normal(3, 224, 224)).slowly(),
        Foreign.of("SqueezeNet", () -> SqueezeNet.squeezenet(10), normal(3, 64, 64)),
        Foreign.of("SqueezeNet", () -> SqueezeNet.squeezenet(1000), normal(3, 224, 224)).slowly(),
        Foreign.of("MobileNetV1", () -> MobileNetV1.builder().build(), normal(3, 64, 64)),
        Foreign.of("MobileNetV1", () -> MobileNetV1.builder().build(), normal(3, 224, 224))
            .slowly(),
        mobileNetV2(32),
        mobileNetV2(224).slowly(),
        Foreign.of("DarkNet-53", () -> YOLOV3.builder().buildDarkNet(), normal(3, 64, 64))
            .gain(0.7)
            .slowly(),
        Foreign.of("TabNet", () -> TabNet.builder().setInputDim(32).build(), normal(32)));
  }

  private static Block mlp(int... hidden) {
    return new Mlp(784, 10, hidden, Activation::tanh);
  }

  private static Foreign mobileNetV2(long side) {
    return Foreign.of("MobileNetV2", () -> MobileNetV2.builder().build(), normal(3, side, side))
        .gain(0.8);
  }

  static List<Foreign> vggs() {
    return List.of(
        vgg(11, 32, 1, 1, 2, 2, 2),
        vgg(11, 224, 1, 1, 2, 2, 2).slowly(),
        vgg(13, 64, 2, 2, 2, 2, 2).slowly(),
        vgg(16, 64, 2, 2, 3, 3, 3).slowly(),
        vgg(19, 64, 2, 2, 4, 4, 4).slowly());
  }

  private static Foreign vgg(int layers, long side, int... convolutions) {
    int[] channels = {64, 128, 256, 512, 512};
    int[][] stages = new int[convolutions.length][];
    for (int i = 0; i < stages.length; i++) {
      stages[i] = new int[] {convolutions[i], channels[i]};
    }
    return Foreign.of(
        "VGG-" + layers,
        () -> VGG.builder().setNumLayers(layers).setConvArch(stages).build(),
        normal(3, side, side));
  }

  /** Up to 28 pixels they have three stages, above four; all but ResNet-20 have bottlenecks. */
  static List<Foreign> resNets() {
    return List.of(
        resNet(20, 1, 28),
        resNet(56, 3, 28).gain(0.8).slowly(),
        resNet(164, 3, 28).gain(0.7).slowly(),
        resNet(18, 3, 32),
        resNet(18, 3, 224).slowly(),
        resNet(34, 3, 48).gain(0.8),
        resNet(50, 3, 32).gain(0.8),
        resNet(50, 3, 64).gain(0.8).slowly(),
        resNet(50, 3, 224).gain(0.8).slowly(),
        resNet(101, 3, 64).gain(0.7).slowly(),
        resNet(152, 3, 64).gain(0.7).slowly(),
        resNet(200, 3, 64).gain(0.65).slowly(),
        resNet(269, 3, 64).gain(0.65).slowly());
  }

  private static Foreign resNet(int layers, long channels, long side) {
    Shape image = new Shape(channels, side, side);
    return Foreign.of(
        "ResNetV1-" + layers,
        () -> ResNetV1.builder().setNumLayers(layers).setOutSize(10).setImageShape(image).build(),
        normal(channels, side, side));
  }

  static List<Foreign> detectors() {
    return List.of(
        Foreign.of("SingleShotDetection", BasicModelZoo::ssd, normal(3, 64, 64)),
        Foreign.of("YOLOV3", () -> YOLOV3.builder().build(), normal(3, 64, 64)).gain(0.7).slowly());
  }

  private static Block ssd() {
    SequentialBlock base = new SequentialBlock();
    for (int filters : new int[] {16, 32, 64}) {
      base.add(SingleShotDetection.getDownSamplingBlock(filters));
    }
    return SingleShotDetection.builder()
        .setNumClasses(1)
        .setNumFeatures(3)
        .setRatios(Collections.nCopies(5, List.of(1f, 2f, 0.5f)))
        .setSizes(Collections.nCopies(5, List.of(0.4f, 0.6f)))
        .setBaseNetwork(base)
        .build();
  }

  static List<Foreign> texts() {
    return List.of(
        Foreign.of(
            "SimpleTextEncoder, LSTM",
            () -> new SimpleTextEncoder(Layers.words(WORDS), lstm().optReturnState(true).build()),
            whole(WORDS, 7)),
        Foreign.of(
            "SimpleTextEncoder, GRU",
            () -> new SimpleTextEncoder(Layers.words(WORDS), gru().optReturnState(true).build()),
            whole(WORDS, 7)),
        Foreign.of(
            "SimpleTextDecoder, LSTM",
            () -> new SimpleTextDecoder(Layers.words(WORDS), lstm().build(), WORDS),
            whole(WORDS, 1)));
  }

  private static LSTM.Builder lstm() {
    return LSTM.builder().setStateSize(16).setNumLayers(1);
  }

  private static GRU.Builder gru() {
    return GRU.builder().setStateSize(16).setNumLayers(1);
  }
}
