package io.varve.conformance.bijectors;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.types.DataType;
import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Bijector;
import java.util.ArrayList;
import java.util.List;

/** A bijector as it was built for the events and contexts that it accepts. */
public final class BijectorProbes extends Probes {
  private List<BuiltBijection> built = List.of();

  /** For a bijector. */
  public BijectorProbes(Subject subject) {
    super(subject);
  }

  Bijector bijector() {
    return (Bijector) subject().component();
  }

  /** What it accepts of {@link BuiltBijection#of}, at least one, with parameters initialised. */
  List<BuiltBijection> built() {
    if (built.isEmpty()) {
      built = BuiltBijection.of(bijector(), manager());
      require(
          !built.isEmpty(), "it maps none of %s, expected one".formatted(BijectionShapes.all()));
      built.forEach(each -> each.initialise(manager()));
    }
    return built;
  }

  /** Both directions' parameters, at a distance from where they start. */
  ProbeParameters parameters(DataType type, double jitter) {
    return new ProbeParameters(manager(), type, jitter);
  }

  @Override
  public List<Probe> probes() {
    List<Probe> probes = new ArrayList<>();
    for (BuiltBijection each : built()) {
      probes.add(each.probe(true));
      probes.add(each.probe(false));
    }
    return probes;
  }

  @Override
  public List<Probe> larger() {
    List<Probe> probes = new ArrayList<>();
    for (BuiltBijection each : built()) {
      each.larger(bijector(), manager())
          .ifPresent(
              larger -> {
                for (boolean forward : new boolean[] {true, false}) {
                  Probe probe = larger.probe(forward);
                  String name = each.probe(forward).name();
                  probes.add(new Probe(name, probe.inputs(), probe.parameters(), probe.body()));
                }
              });
    }
    return probes;
  }
}
