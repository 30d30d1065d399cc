package io.varve.export.foreign;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every block that is tried, by the title under which the table shows it. */
final class Catalogue {
  static final Map<String, List<Foreign>> GROUPS = groups();

  private Catalogue() {}

  private static Map<String, List<Foreign>> groups() {
    Map<String, List<Foreign>> groups = new LinkedHashMap<>();
    groups.put("Model zoo: classifiers", BasicModelZoo.classifiers());
    groups.put("Model zoo: VGG", BasicModelZoo.vggs());
    groups.put("Model zoo: ResNet", BasicModelZoo.resNets());
    groups.put("Model zoo: detectors", BasicModelZoo.detectors());
    groups.put("Model zoo: text", BasicModelZoo.texts());
    groups.put("Layers", Layers.core());
    groups.put("Convolutions", Layers.convolutions());
    groups.put("Normalisation", Layers.norms());
    groups.put("Activations", Layers.activations());
    groups.put("Pooling", Pools.windows());
    groups.put("Global pooling", Pools.global());
    groups.put("Recurrent blocks", Sequences.recurrent());
    groups.put("Transformer blocks", Sequences.transformers());
    groups.put("BERT", Sequences.berts());
    return Collections.unmodifiableMap(groups);
  }

  static Stream<Foreign> models() {
    return GROUPS.values().stream().flatMap(List::stream);
  }
}
