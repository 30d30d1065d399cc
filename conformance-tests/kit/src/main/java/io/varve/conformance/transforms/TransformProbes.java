package io.varve.conformance.transforms;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDList;
import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A transform on the images that it accepts. */
public final class TransformProbes extends Probes {
  /** Data of 256 levels, binary, of other numbers of levels, and real. */
  private static final int[] LEVELS = {256, 2, 4, 7, 0};

  private final Transform transform;

  /** For a transform. */
  public TransformProbes(Subject subject) {
    super(subject);
    this.transform = (Transform) subject.component();
  }

  /** The two smallest images that are not refused, and one of each other number of levels. */
  Map<Space, Space> accepted() {
    Map<Space, Space> accepted = new LinkedHashMap<>();
    for (int levels : LEVELS) {
      int found = 0;
      for (Space x : SampleSpaces.images(levels)) {
        Optional<Space> y = space(x);
        if (y.isPresent() && found++ < (levels == 256 ? 2 : 1)) {
          accepted.put(x, y.get());
        }
      }
    }
    require(!accepted.isEmpty(), "refuses every image tried, up to [3, 32, 32] of 256 levels");
    return accepted;
  }

  Optional<Space> space(Space x) {
    return Refusal.unlessRefused("space " + SampleSpaces.words(x), () -> transform.space(x));
  }

  @Override
  public List<Probe> probes() {
    List<Probe> probes = probed().stream().map(x -> probe(SampleSpaces.words(x), x)).toList();
    if (probes.isEmpty()) {
      throw new NotApplicable("takes neither images of 256 levels nor binary ones");
    }
    return probes;
  }

  private List<Space> probed() {
    return accepted().keySet().stream()
        .filter(x -> x.levels() == 256 || x.levels() == 2)
        .limit(2)
        .toList();
  }

  @Override
  public List<Probe> larger() {
    List<Probe> larger = new ArrayList<>();
    for (Space x : probed()) {
      Space twice = new Space(SampleSpaces.larger(x.shape()), x.levels());
      space(twice).ifPresent(y -> larger.add(probe(SampleSpaces.words(x), twice)));
    }
    return larger;
  }

  private Probe probe(String name, Space x) {
    return new Probe(
        "apply " + name,
        List.of(new Probe.Input("x", x.shape(), x.levels())),
        List.of(),
        false,
        (pass, inputs) -> new NDList(transform.apply(inputs.singletonOrThrow(), x)));
  }
}
