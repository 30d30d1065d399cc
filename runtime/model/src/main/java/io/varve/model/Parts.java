package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.model.guard.GuardedFamily;
import io.varve.model.guard.GuardedNetwork;
import io.varve.model.guard.GuardedTransform;
import io.varve.spi.Factor;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The built parts of a hierarchy: what each node's name leads to. */
final class Parts {
  /** Names stand in file names, graph inputs, {@code p(z)} and lists separated by commas. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  /** Streams of noise that change stored data into the model's x. */
  private static final Set<String> RESERVED = Set.of("data", "augment");

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Space> spaces = new LinkedHashMap<>();
  private final Map<String, Conditional> factors = new LinkedHashMap<>();
  private final Map<String, Flow> shared = new LinkedHashMap<>();
  private final Map<String, GuardedNetwork> features = new LinkedHashMap<>();
  private final Map<String, GuardedTransform> transforms = new LinkedHashMap<>();
  private final Set<String> readBySelf = new HashSet<>();
  private final VariableShapes shapes;

  private Parts(long seed) {
    this.shapes = new VariableShapes(seed);
  }

  static Parts build(List<Node> list, Space x, long seed) {
    Parts parts = new Parts(seed);
    for (Node node : list) {
      if (!NAME.matcher(node.name()).matches()) {
        throw new IllegalArgumentException(
            "'%s' cannot name a variable; use letters, digits, '_' and '-', a letter first"
                .formatted(node.name()));
      }
      if (RESERVED.contains(node.name())) {
        throw new IllegalArgumentException(
            "a variable cannot be named '%s', as the noise of the data is; take another name"
                .formatted(node.name()));
      }
      if (parts.nodes.put(node.name(), node) != null) {
        throw new IllegalArgumentException(
            "two variables are named '" + node.name() + "'; give each its own name");
      }
    }
    parts.requireOneObserved();
    list.forEach(node -> parts.declare(node, x));
    list.forEach(parts::build);
    Wiring.refuseCycles(parts.nodes);
    parts.readBySelf.addAll(Wiring.readBySelf(parts.nodes));
    return parts;
  }

  Map<String, Node> nodes() {
    return nodes;
  }

  Map<String, Space> spaces() {
    return Collections.unmodifiableMap(spaces);
  }

  Conditional p(String name) {
    return factors.get("p(" + name + ")");
  }

  Conditional q(String name) {
    return factors.get("q(" + name + ")");
  }

  String observed() {
    return names(Observed.class).get(0);
  }

  /** The names of the nodes of some kinds, in generative order. */
  List<String> names(Class<?>... kinds) {
    return nodes.values().stream()
        .filter(node -> Stream.of(kinds).anyMatch(kind -> kind.isInstance(node)))
        .map(Node::name)
        .toList();
  }

  /** What both scopes compute alike: a feature, or a factor's parameters. */
  Optional<NDList> common(Run run, String name, Scope scope) {
    if (factors.containsKey(name)) {
      return Optional.of(factors.get(name).parameters(run, scope));
    }
    if (nodes.get(name) instanceof Feature f) {
      return Optional.of(features.get(name).run(run.at(name), scope.inputs(f.given())));
    }
    return Optional.empty();
  }

  /** z = f(ε), where the latent has a shared flow. */
  NDArray share(Run run, String name, Scope scope, NDArray epsilon) {
    Flow flow = shared.get(name);
    return flow == null || flow.isIdentity()
        ? epsilon
        : flow.forward(run.at(name), scope, epsilon).value();
  }

  /** y = d(x). */
  NDArray derive(Derived node, Run run, NDArray of) {
    return transforms.get(node.name()).apply(run.parameters(), of);
  }

  /** What a network reads for a value: data of more than two levels scaled to [-1, 1]. */
  NDArray asInput(String name, NDArray value) {
    Space space = spaces.get(name);
    if (space == null || space.levels() <= 2) {
      return value;
    }
    return value.mul(Ops.constant(value, 2.0 / (space.levels() - 1))).sub(Ops.constant(value, 1));
  }

  /** Refuses an array that is no batch of a variable's events. */
  NDArray require(String name, NDArray array) {
    Shape event = spaces.get(name).shape();
    Shape shape = array.getShape();
    if (shape.dimension() != event.dimension() + 1 || !shape.slice(1).equals(event)) {
      throw new IllegalArgumentException(
          "%s: expected a batch of shape [B] and %s, found %s".formatted(name, event, shape));
    }
    return array;
  }

  /** Whether a value of the inferred scope is the same for every draw of the latents. */
  boolean isFixedByData(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      return factors.get(name).given().stream().allMatch(this::isFixedByData);
    }
    return node instanceof Feature f
        ? f.given().stream().allMatch(this::isFixedByData)
        : !(node instanceof Latent);
  }

  /** Whether KL(q ‖ p) in closed form is the expectation of log q - log p for this latent. */
  boolean hasExactKl(String name) {
    return !readBySelf.contains(name);
  }

  /** Every parameter and buffer once, by its path, in the order of the nodes. */
  Map<String, Parameter> parameters() {
    Map<Parameter, String> names = new LinkedHashMap<>();
    BiConsumer<String, Parameter> each = (name, parameter) -> names.putIfAbsent(parameter, name);
    factors.values().forEach(factor -> factor.parameters(each));
    shared.values().forEach(flow -> flow.parameters(each));
    features.values().forEach(network -> network.parameters(each));
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    names.forEach((parameter, name) -> parameters.put(name, parameter));
    return parameters;
  }

  /** Names the parameters that a part lists, {@code z.p.0.constant0}. */
  static void number(String path, List<Parameter> listed, BiConsumer<String, Parameter> each) {
    for (int i = 0; i < listed.size(); i++) {
      each.accept(path + "." + i + "." + listed.get(i).getName(), listed.get(i));
    }
  }

  private void requireOneObserved() {
    List<String> observed = names(Observed.class);
    if (observed.size() != 1) {
      throw new IllegalArgumentException(
          "a model has exactly one observed variable, this one has " + observed);
    }
  }

  /** Makes a node's shapes known, before any part is built. */
  private void declare(Node node, Space x) {
    String name = node.name();
    if (node instanceof Feature f) {
      shapes.put(name, List.of(f.shape()));
      return;
    }
    Space space = node instanceof Latent z ? Space.real(z.shape()) : dataSpace(node, x, 0);
    spaces.put(name, space);
    shapes.put(name, List.of(space.shape()));
    Roles.require(node, space);
    GuardedFamily family = new GuardedFamily(name + ".p", NodeReads.p(node).orElseThrow().family());
    List<Parameters> needs = family.parameters(space);
    shapes.put("p(" + name + ")", needs.stream().map(Parameters::shape).toList());
  }

  /** The space of x, or of what is derived from it in so many steps. */
  private Space dataSpace(Node node, Space x, int steps) {
    if (!(node instanceof Derived d)) {
      return x;
    }
    Node of = nodes.get(d.of());
    if (!(of instanceof Observed || of instanceof Derived) || steps > nodes.size()) {
      throw new IllegalArgumentException(
          "%s: 'of' is '%s', which is no data variable that leads to the observed '%s'"
              .formatted(d.name(), d.of(), observed()));
    }
    Space source = dataSpace(of, x, steps + 1);
    if (source.levels() == 0) {
      throw new IllegalArgumentException(
          "%s: a variable derived from the continuous '%s' has no bound; derive from data with levels"
              .formatted(d.name(), d.of()));
    }
    GuardedTransform transform = new GuardedTransform(d.name() + ".by", d.by(), source);
    transforms.put(d.name(), transform);
    return transform.space();
  }

  private void build(Node node) {
    String name = node.name();
    if (node instanceof Latent z) {
      add("q", name, z.q());
      shared.put(name, new Flow(name + ".shared", z.shared(), z.shape(), shapes));
    } else if (node instanceof Feature f) {
      Site site = shapes.site(name + ".network");
      List<Shape> given = shapes.of(f.given(), name);
      features.put(name, new GuardedNetwork(f.network(), site, given, List.of(f.shape())));
    }
    NodeReads.p(node).ifPresent(factor -> add("p", name, factor));
  }

  private void add(String side, String name, Factor factor) {
    Conditional built = new Conditional(side, name, factor, spaces.get(name), shapes);
    factors.put(built.name(), built);
  }
}
