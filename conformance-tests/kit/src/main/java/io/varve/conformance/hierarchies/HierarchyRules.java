package io.varve.conformance.hierarchies;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.models.ModelUses;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Rule;
import io.varve.conformance.rule.Subject;
import io.varve.spi.Hierarchy;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import io.varve.spi.Space;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The rules of hierarchies: H1 to H6 on their nodes, and X13 on a model built of them. */
public final class HierarchyRules {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  private final Subject subject;
  private final Hierarchy hierarchy;

  HierarchyRules(Subject subject) {
    this.subject = subject;
    this.hierarchy = (Hierarchy) subject.component();
  }

  /** The nodes for every space that is not refused. */
  private Map<Space, List<Node>> accepted() {
    Map<Space, List<Node>> accepted = new LinkedHashMap<>();
    for (Space x : SampleSpaces.data()) {
      Refusal.unlessRefused(
              "nodes for %s".formatted(SampleSpaces.words(x)), () -> hierarchy.nodes(x))
          .ifPresent(nodes -> accepted.put(x, nodes));
    }
    require(!accepted.isEmpty(), "refuses all data tried: " + words(SampleSpaces.data()));
    return accepted;
  }

  private static List<String> words(List<Space> spaces) {
    return spaces.stream().map(SampleSpaces::words).toList();
  }

  /** Tries a rule on the nodes for every space, and says for which it is broken. */
  private void onNodes(BiConsumer<List<Node>, NamedNodes> rule) {
    accepted()
        .forEach(
            (x, nodes) -> {
              try {
                rule.accept(nodes, new NamedNodes(nodes));
              } catch (AssertionError e) {
                throw new AssertionError(
                    "nodes for %s: %s".formatted(SampleSpaces.words(x), e.getMessage()), e);
              }
            });
  }

  /** The data are one node, at the end. */
  @Rule
  void h1_oneObservedNodeStandsLast() {
    onNodes(
        (nodes, reads) -> {
          List<String> observed =
              nodes.stream().filter(Observed.class::isInstance).map(Node::name).toList();
          require(
              observed.size() == 1,
              "the observed nodes are %s, expected exactly one".formatted(observed));
          Node last = nodes.get(nodes.size() - 1);
          require(
              last instanceof Observed,
              "the observed '%s' stands before '%s', expected it last"
                  .formatted(observed.get(0), last.name()));
        });
  }

  /** Each name once, and fit for a file. */
  @Rule
  void h2_namesAreUniqueAndPlain() {
    onNodes(
        (nodes, reads) -> {
          Set<String> names = new HashSet<>();
          for (Node node : nodes) {
            require(
                NAME.matcher(node.name()).matches(),
                "a node is named '%s', expected a letter followed by letters, digits, '_' or '-'"
                    .formatted(node.name()));
            require(names.add(node.name()), "two nodes are named '%s'".formatted(node.name()));
          }
        });
  }

  /** Front to back, every p and shared flow finds what it reads. */
  @Rule
  void h3_generationReadsOnlyWhatStandsBefore() {
    onNodes(
        (nodes, reads) -> {
          for (int i = 0; i < nodes.size(); i++) {
            String reader = nodes.get(i).name();
            for (String read : NamedNodes.byP(nodes.get(i))) {
              requireBefore(reads, i, reader, read);
              for (String inner : reads.within(read)) {
                requireBefore(reads, i, reader + " (through the feature '" + read + "')", inner);
              }
            }
          }
        });
  }

  private static void requireBefore(NamedNodes reads, int index, String reader, String read) {
    require(
        reads.position(read) < index,
        "p or shared of %s reads '%s', which %s; expected what stands before it"
            .formatted(
                reader, read, reads.node(read).isEmpty() ? "is no node" : "stands after it"));
  }

  /** A q or a feature reads any other variable, if there is one of that name. */
  @Rule
  void h3_inferenceReadsOthersThatExist() {
    onNodes(
        (nodes, reads) -> {
          for (Node node : nodes) {
            for (String read :
                node instanceof Derived ? List.<String>of() : NodeReads.inInference(node)) {
              Optional<Node> found = reads.node(read);
              boolean parameters = !NamedNodes.variable(read).equals(read);
              require(
                  found.isPresent() && !(parameters && found.get() instanceof Feature),
                  "%s reads '%s', which is no node with such a value".formatted(node.name(), read));
              require(!read.equals(node.name()), "%s reads itself".formatted(read));
            }
          }
        });
  }

  /** Coarse before fine. */
  @Rule
  void h4_derivedDataStandBeforeTheirSource() {
    onNodes(
        (nodes, reads) -> {
          for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i) instanceof Derived derived) {
              Node of = reads.node(derived.of()).orElse(null);
              require(
                  of instanceof Observed || of instanceof Derived,
                  "%s is derived of '%s', which is no data"
                      .formatted(derived.name(), derived.of()));
              require(
                  reads.position(derived.of()) > i,
                  "%s is derived of '%s', which stands before it; expected it after"
                      .formatted(derived.name(), derived.of()));
            }
          }
        });
  }

  /** Follows what inference reads, with the parameters of p where a q reads them. */
  @Rule
  void h5_inferenceRunsInNoCircle() {
    onNodes(
        (nodes, reads) ->
            reads
                .circle()
                .ifPresent(
                    circle -> {
                      throw new AssertionError(
                          "inference runs in a circle: " + String.join(" -> ", circle));
                    }));
  }

  /** Asks twice, with other spaces in between, and asks a record bound anew. */
  @Rule
  void h6_equalSpacesGiveEqualNodes() {
    Map<Space, List<Node>> first = accepted();
    Hierarchy twin = (Hierarchy) subject.again();
    first.forEach(
        (x, nodes) -> {
          requireEqual(x, "again", nodes, hierarchy.nodes(new Space(x.shape(), x.levels())));
          requireEqual(x, "of a record bound anew", nodes, twin.nodes(x));
        });
  }

  private static void requireEqual(Space x, String how, List<Node> first, List<Node> then) {
    require(
        first.size() == then.size(),
        "nodes for %s: %d at first, %s %d"
            .formatted(SampleSpaces.words(x), first.size(), how, then.size()));
    for (int i = 0; i < first.size(); i++) {
      require(
          first.get(i).equals(then.get(i)),
          "nodes for %s: node %d is '%s' at first, %s it differs: '%s'"
              .formatted(SampleSpaces.words(x), i, first.get(i).name(), how, then.get(i).name()));
    }
  }

  /** Tries a model for each space until one fits together. */
  @Rule
  void x13_worksInAModel() {
    Optional<String> refused = Optional.empty();
    for (Space x : accepted().keySet()) {
      try (ModelUses model = ModelUses.of(hierarchy, x)) {
        model.run();
        return;
      } catch (IllegalArgumentException e) {
        refused = refused.or(() -> Optional.of(SampleSpaces.words(x) + ": " + e.getMessage()));
      }
    }
    throw new AssertionError("no data make a model of it; for " + refused.orElseThrow());
  }
}
