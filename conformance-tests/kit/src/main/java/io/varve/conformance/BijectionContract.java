package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import java.util.ArrayList;
import java.util.List;

/** A bijector as built for the events and contexts it accepts, with the X rules tried on it. */
abstract class BijectionContract extends ArrayContract {
  BijectionContract(Subject subject) {
    super(subject);
  }

  final Bijector bijector() {
    return (Bijector) subject.component();
  }

  /** What it accepts of {@link Placed#of}, at least one, with parameters initialised. */
  final List<Placed> places() {
    List<Placed> places = Placed.of(bijector(), manager);
    require(!places.isEmpty(), "it maps none of %s, expected one".formatted(Placed.candidates()));
    places.forEach(this::initialise);
    return places;
  }

  final void initialise(Placed place) {
    new Trial(place.probe(true), manager);
    new Trial(place.probe(false), manager);
  }

  @Override
  List<Probe> probes() {
    List<Probe> probes = new ArrayList<>();
    for (Placed place : places()) {
      probes.add(place.probe(true));
      probes.add(place.probe(false));
    }
    return probes;
  }

  @Override
  List<Probe> larger() {
    List<Probe> probes = new ArrayList<>();
    for (Placed place : places()) {
      place
          .larger(bijector(), manager)
          .ifPresent(
              larger -> {
                for (boolean forward : new boolean[] {true, false}) {
                  Probe probe = larger.probe(forward);
                  String name = place.probe(forward).name();
                  probes.add(new Probe(name, probe.inputs(), probe.parameters(), probe.body()));
                }
              });
    }
    return probes;
  }

  /** Both directions' parameters, at a distance from where they start. */
  final TrialParameters parameters(DataType type, double jitter) {
    return new TrialParameters(manager, type, jitter);
  }

  /** f(x), or its inverse, in evaluation. */
  static Mapped map(
      Placed place, TrialParameters parameters, boolean forward, NDArray x, NDList context) {
    NDManager scope = x.getManager();
    int[] rows = Trials.rows(Math.toIntExact(x.size(0)));
    return place.map(
        Trial.pass(scope, parameters.in(scope), parameters.type(), rows), forward, x, context);
  }

  static String direction(boolean forward) {
    return forward ? "forward" : "inverse";
  }
}
