package io.varve.model.guard;

import ai.djl.ndarray.NDList;
import io.varve.spi.Distribution;
import io.varve.spi.Family;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;

/** A family at one place of a model, held to what it promises, and so are its members. */
public final class GuardedFamily {
  private final Guard guard;
  private final Family family;

  /**
   * Guards a family.
   *
   * @param path the place of its factor, {@code z.p}
   */
  public GuardedFamily(String path, Family family) {
    this.guard = new Guard(path, family);
    this.family = family;
  }

  /**
   * The parameter arrays that one event needs.
   *
   * @throws IllegalArgumentException if the family refuses such events or is at fault
   */
  public List<Parameters> parameters(Space event) {
    List<Parameters> needs = guard.built("parameters", () -> family.parameters(event));
    for (Parameters need : needs) {
      if (need == null || need.shape() == null || need.start() == null) {
        throw guard.fault(
            "parameters returned " + needs + ", which lacks a shape or a start", null);
      }
    }
    return needs;
  }

  /** The member at these parameters, each [B or 1, shape]. */
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Distribution member =
        guard.run("of", pass.parameters(), parameters, () -> family.of(pass, event, parameters));
    return new GuardedDistribution(guard, pass, event.shape(), parameters, member);
  }

  /** Whether it is a prior whose draws pass gradients. */
  public boolean reparameterised() {
    return family instanceof Prior prior && guard.built("reparameterised", prior::reparameterised);
  }
}
