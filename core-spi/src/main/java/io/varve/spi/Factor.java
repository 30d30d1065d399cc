package io.varve.spi;

import java.util.List;
import java.util.Optional;

/**
 * p(v | given) or q(v | given): a family, its parameters from a network, pushed through a flow.
 *
 * <p>Without a network the parameters are learned constants. A name {@code p(v)} in {@code given}
 * reads the parameters of v's prior.
 */
public record Factor(
    @Default("[]") List<String> given,
    @Inline Family family,
    Optional<Network> network,
    @Default("[]") List<Step> flow) {

  /** This factor conditioned on other variables; a hierarchy fills its templates with it. */
  public Factor given(List<String> names) {
    return new Factor(names, family, network, flow);
  }
}
