package io.varve.conformance;

import io.varve.model.Catalog;
import io.varve.spi.Component;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every rule on every component of a plug-in, as every one of its examples binds it. */
public final class Kit {
  /** What is checked of each extension point. */
  private static final Map<Class<? extends Component>, Rules> CONTRACTS = new LinkedHashMap<>();

  private record Rules(Class<? extends Contract> type, Function<Subject, Contract> contract) {}

  private Kit() {}

  /**
   * The checks for the components of one plug-in.
   *
   * @param catalog holds the plug-in, and others that its examples name
   * @param plugin the id of the plug-in to check
   */
  public static List<Check> checks(Catalog catalog, String plugin) {
    List<Check> checks = new ArrayList<>();
    return checks;
  }
}
