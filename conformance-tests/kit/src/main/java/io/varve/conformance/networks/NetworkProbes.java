package io.varve.conformance.networks;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.nn.Block;
import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.Probes;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A network as it is built for the shapes that it accepts. */
public final class NetworkProbes extends Probes {
  static final Site SITE = new Site("z.q.network", 1);

  /** For a network. */
  public NetworkProbes(Subject subject) {
    super(subject);
  }

  Optional<Block> build(NetworkShapes shapes, Site site) {
    Network network = (Network) subject().component();
    return Refusal.unlessRefused(
        "build " + shapes, () -> network.build(site, shapes.inputs(), shapes.outputs()));
  }

  /** The shapes that are not refused: the first, some of several inputs, some of images. */
  List<NetworkShapes> accepted() {
    List<NetworkShapes> all =
        NetworkShapes.USUAL.stream().filter(s -> build(s, SITE).isPresent()).toList();
    require(!all.isEmpty(), "refuses all shapes tried: " + NetworkShapes.USUAL);
    return Stream.of(
            all.stream(),
            all.stream().filter(s -> s.inputs().size() > 1),
            all.stream().filter(s -> s.inputs().get(0).dimension() > 1))
        .flatMap(some -> some.limit(1))
        .distinct()
        .toList();
  }

  @Override
  public List<Probe> probes() {
    return accepted().stream()
        .map(s -> probe(s.toString(), s, build(s, SITE).orElseThrow()))
        .toList();
  }

  @Override
  public List<Probe> larger() {
    List<Probe> larger = new ArrayList<>();
    for (NetworkShapes shapes : accepted()) {
      NetworkShapes twice = shapes.larger();
      build(twice, SITE).ifPresent(block -> larger.add(probe(shapes.toString(), twice, block)));
    }
    return larger;
  }

  private static Probe probe(String name, NetworkShapes shapes, Block block) {
    List<Probe.Input> inputs = new ArrayList<>();
    shapes.inputs().forEach(s -> inputs.add(new Probe.Input("input" + inputs.size(), s, 0)));
    return new Probe(
        "forward " + name,
        inputs,
        List.copyOf(BuiltNetwork.parameters(block)),
        (pass, arrays) -> pass.run(block, arrays));
  }
}
