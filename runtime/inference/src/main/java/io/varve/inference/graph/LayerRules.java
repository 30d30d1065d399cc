package io.varve.inference.graph;

import static io.varve.inference.graph.Rule.one;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Products and layers. */
final class LayerRules {
  /** Of strides, dilations, pads and the like. */
  private static final long LARGEST = 1 << 20;

  private LayerRules() {}

  static Map<String, Rule> all() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    rules.put("MatMul", one(LayerRules::product));
    rules.put("Gemm", one(LayerRules::gemm));
    rules.put("Conv", one(LayerRules::convolution));
    rules.put("MaxPool", one(call -> pool(call, false)));
    rules.put("AveragePool", one(call -> pool(call, true)));
    rules.put("BatchNormalization", one(LayerRules::batchNormalization));
    rules.put("LayerNormalization", one(LayerRules::layerNormalization));
    rules.put("LSTM", call -> recurrent(call, 4, 2));
    rules.put("GRU", call -> recurrent(call, 3, 1));
    rules.put("RNN", call -> recurrent(call, 1, 1));
    return rules;
  }

  private static Fact product(Call call) {
    Fact a = call.takes(2, 2).in(0);
    Fact b = call.in(1);
    call.require(a.type() == b.type() && a.rank() > 0 && b.rank() > 0, a + " and " + b, "arrays");
    long[] left = a.rank() == 1 ? new long[] {1, a.dims()[0]} : a.dims();
    long[] right = b.rank() == 1 ? new long[] {b.dims()[0], 1} : b.dims();
    int rows = left.length - 2;
    int columns = right.length - 2;
    call.require(left[rows + 1] == right[columns], a + " times " + b, "shapes that fit");
    long[] outer = Broadcast.of(call, Arrays.copyOf(left, rows), Arrays.copyOf(right, columns));
    List<Long> dims = new ArrayList<>(Arrays.stream(outer).boxed().toList());
    if (a.rank() > 1) {
      dims.add(left[rows]);
    }
    if (b.rank() > 1) {
      dims.add(right[columns + 1]);
    }
    return Fact.of(a.type(), dims.stream().mapToLong(Long::longValue).toArray());
  }

  private static Fact gemm(Call call) {
    Fact a = call.takes(2, 3).in(0);
    Fact b = call.in(1);
    call.real("alpha");
    call.real("beta");
    int turnA = call.flag("transA", false) ? 1 : 0;
    int turnB = call.flag("transB", false) ? 1 : 0;
    call.require(a.type() == b.type() && a.rank() == 2 && b.rank() == 2, a + ", " + b, "matrices");
    boolean fits = a.dims()[1 - turnA] == b.dims()[turnB];
    call.require(fits, a + " times " + b, "shapes that fit");
    long[] dims = {a.dims()[turnA], b.dims()[1 - turnB]};
    if (call.has(2)) {
      boolean added =
          call.in(2).type() == a.type()
              && Arrays.equals(Broadcast.of(call, call.in(2).dims(), dims), dims);
      call.require(added, call.in(2) + " beside " + Arrays.toString(dims), "one that fits");
    }
    return Fact.of(a.type(), dims);
  }

  private static Fact convolution(Call call) {
    Fact x = call.takes(2, 3).in(0);
    Fact w = call.in(1);
    boolean images = x.rank() >= 3 && w.rank() == x.rank() && x.type() == w.type();
    call.require(images, x + " with " + w, "[B, C, ...] with [K, C, ...]");
    long group = call.whole("group", 1);
    call.require(group >= 1 && group <= w.dims()[0], "group " + group, "at least 1");
    boolean channels = x.dims()[1] == w.dims()[1] * group && w.dims()[0] % group == 0;
    call.require(channels, x + " with " + w, "channels that fit");
    if (call.has(2)) {
      boolean bias = call.in(2).rank() == 1 && call.in(2).dims()[0] == w.dims()[0];
      call.require(bias && call.in(2).type() == x.type(), "bias " + call.in(2), "[K]");
    }
    long[] kernel = Arrays.copyOfRange(w.dims(), 2, w.rank());
    boolean same = Arrays.equals(kernel, call.wholes("kernel_shape").orElse(kernel));
    call.require(same, "another kernel_shape", Arrays.toString(kernel));
    return windows(call, x, w.dims()[0], kernel);
  }

  private static Fact pool(Call call, boolean average) {
    Fact x = call.takes(1, 1).in(0);
    call.require(x.rank() >= 3, x + "", "[B, C, ...]");
    if (average) {
      call.flag("count_include_pad", false);
    }
    long[] kernel = call.wholes("kernel_shape", x.rank() - 2, 0, 1, LARGEST);
    Fact result = windows(call, x, x.dims()[1], kernel);
    long[] pads = call.wholes("pads", 2 * kernel.length, 0, 0, LARGEST);
    for (int i = 0; i < pads.length; i++) {
      call.require(pads[i] < kernel[i % kernel.length], "pads " + pads[i], "less than the kernel");
    }
    return result;
  }

  /** The shape of what is computed in windows of an image. */
  private static Fact windows(Call call, Fact x, long channels, long[] kernel) {
    int axes = kernel.length;
    long[] strides = call.wholes("strides", axes, 1, 1, LARGEST);
    long[] dilations = call.wholes("dilations", axes, 1, 1, LARGEST);
    long[] pads = call.wholes("pads", 2 * axes, 0, 0, LARGEST);
    call.text("auto_pad", "NOTSET");
    long[] dims = x.dims().clone();
    dims[1] = channels;
    for (int i = 0; i < axes; i++) {
      call.require(kernel[i] >= 1 && kernel[i] <= LARGEST, "kernel " + kernel[i], "at least 1");
      long room = dims[2 + i] + pads[i] + pads[i + axes] - dilations[i] * (kernel[i] - 1) - 1;
      call.require(room >= 0, "windows larger than " + x, "smaller ones");
      dims[2 + i] = room / strides[i] + 1;
    }
    return Fact.of(x.type(), dims);
  }

  private static Fact batchNormalization(Call call) {
    Fact x = call.takes(5, 5).in(0);
    call.real("epsilon");
    call.require(x.rank() >= 2, x + "", "[B, C, ...]");
    for (int i = 1; i < 5; i++) {
      boolean fits = call.in(i).rank() == 1 && call.in(i).dims()[0] == x.dims()[1];
      call.require(fits, call.in(i) + " for " + x, "one number per channel");
    }
    return ElementRules.like(x);
  }

  private static Fact layerNormalization(Call call) {
    Fact x = call.takes(2, 3).in(0);
    call.real("epsilon");
    int axis = call.axis(-1, x.rank());
    long[] inner = Arrays.copyOfRange(x.dims(), axis, x.rank());
    for (int i = 1; i < call.count(); i++) {
      boolean fits = Arrays.equals(call.in(i).dims(), inner);
      call.require(fits, call.in(i) + " for " + x, "shape " + Arrays.toString(inner));
    }
    return ElementRules.like(x);
  }

  /** [T, B, C] with weights [D, gates H, C] and [D, gates H, H]. */
  private static List<Fact> recurrent(Call call, int gates, int states) {
    Fact x = call.takes(3, 5 + states).in(0);
    long hidden = call.whole("hidden_size", 0);
    call.require(hidden >= 1 && hidden <= LARGEST, "hidden_size " + hidden, "at least 1");
    boolean both = call.text("direction", "forward", "bidirectional").equals("bidirectional");
    long directions = both ? 2 : 1;
    if (gates == 3) {
      call.flag("linear_before_reset", false);
    }
    if (gates == 1) {
      call.texts("activations", "Relu", "Tanh");
    }
    call.require(x.rank() == 3, x + "", "[T, B, C]");
    requireDims(call, 1, directions, gates * hidden, x.dims()[2]);
    requireDims(call, 2, directions, gates * hidden, hidden);
    if (call.has(3)) {
      requireDims(call, 3, directions, 2 * (gates * hidden));
    }
    call.require(!call.has(4), "lengths of sequences", "none");
    long[] state = {directions, x.dims()[1], hidden};
    List<Fact> results = new ArrayList<>();
    results.add(Fact.of(x.type(), x.dims()[0], directions, x.dims()[1], hidden));
    for (int i = 0; i < states; i++) {
      if (call.has(5 + i)) {
        requireDims(call, 5 + i, state);
      }
      results.add(Fact.of(x.type(), state));
    }
    return results;
  }

  private static void requireDims(Call call, int i, long... dims) {
    boolean fits = Arrays.equals(call.in(i).dims(), dims) && call.in(i).type() == call.in(0).type();
    call.require(fits, "input " + i + " " + call.in(i), "shape " + Arrays.toString(dims));
  }
}
