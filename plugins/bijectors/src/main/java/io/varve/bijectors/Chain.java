package io.varve.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Bijections of one event, one after the other; there is at least one. */
record Chain(List<Bijection> maps) implements Bijection {
  /** The chain whose inverse, towards the base of a flow, goes through these in their order. */
  static Chain toBase(List<Bijection> maps) {
    List<Bijection> fromBase = new ArrayList<>(maps);
    Collections.reverse(fromBase);
    return new Chain(List.copyOf(fromBase));
  }

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    Mapped all = maps.get(0).forward(pass, x, context);
    for (Bijection map : maps.subList(1, maps.size())) {
      all = then(all, map.forward(pass, all.value(), context));
    }
    return all;
  }

  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    int last = maps.size() - 1;
    Mapped all = maps.get(last).inverse(pass, y, context);
    for (int i = last - 1; i >= 0; i--) {
      all = then(all, maps.get(i).inverse(pass, all.value(), context));
    }
    return all;
  }

  private static Mapped then(Mapped before, Mapped step) {
    return new Mapped(step.value(), before.logDet().add(step.logDet()));
  }

  @Override
  public List<Parameter> parameters() {
    return maps.stream().flatMap(map -> map.parameters().stream()).toList();
  }
}
