package io.varve.inference.graph;

import java.util.List;

/** What an operator makes of what it is given. */
interface Rule {
  /**
   * The facts of the results of a node.
   *
   * @throws IllegalArgumentException if the operator cannot be applied so
   */
  List<Fact> infer(Call call);

  /** A rule for one result. */
  interface Single {
    /** The fact of the result. */
    Fact infer(Call call);
  }

  /** A rule of one result as a rule. */
  static Rule one(Single single) {
    return call -> List.of(single.infer(call));
  }
}
