package io.varve.model.yaml;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** YAML text as a tree of nodes within limits, its aliases and merge keys written out. */
final class YamlTree {
  static final int MAX_CHARACTERS = 4 << 20;
  private static final int MAX_DEPTH = 60;
  private static final int MAX_NODES = 200_000;

  private YamlTree() {}

  /** The line at which a node starts, counted from 1. */
  static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  /** Parses one document; {@code name} stands for the file in error messages. */
  static Node parse(String name, String text) {
    int[] budget = {MAX_NODES};
    return unfold(compose(name, text), name, 0, budget);
  }

  private static Node compose(String name, String text) {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(200);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setCodePointLimit(MAX_CHARACTERS);
    Node node;
    try {
      node = new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      String line = e.getProblemMark() == null ? "" : ":" + (e.getProblemMark().getLine() + 1);
      String context = e.getContext() == null ? "" : e.getContext() + ": ";
      throw new IllegalArgumentException(
          YamlText.line(name + line, "", context + e.getProblem()), e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(
          name + ": " + e.getMessage().lines().findFirst().orElse(""), e);
    }
    if (node == null) {
      throw new IllegalArgumentException(name + ": is empty");
    }
    return node;
  }

  /**
   * The tree with every alias replaced by a copy, so that {@code --set} changes one place alone;
   * refuses the many or endless values that aliases can expand to.
   */
  private static Node unfold(Node node, String name, int depth, int[] budget) {
    if (--budget[0] < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "%s:%d: expands to more than %d values or %d levels; write out its aliases"
              .formatted(name, line(node), MAX_NODES, MAX_DEPTH));
    }
    Mark start = node.getStartMark();
    Mark end = node.getEndMark();
    if (node instanceof SequenceNode s) {
      List<Node> items = new ArrayList<>();
      s.getValue().forEach(item -> items.add(unfold(item, name, depth + 1, budget)));
      return new SequenceNode(s.getTag(), true, items, start, end, s.getFlowStyle());
    }
    if (node instanceof MappingNode m) {
      List<NodeTuple> tuples = new ArrayList<>();
      List<NodeTuple> merged = new ArrayList<>();
      for (NodeTuple tuple : m.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw new IllegalArgumentException(
              "%s:%d: a key must be a word".formatted(name, line(tuple.getKeyNode())));
        }
        Node value = unfold(tuple.getValueNode(), name, depth + 1, budget);
        if (key.getTag().equals(Tag.MERGE)) {
          merged.addAll(merged(name, key, value));
        } else {
          tuples.add(new NodeTuple(unfold(key, name, depth, budget), value));
        }
      }
      merge(tuples, merged);
      return new MappingNode(m.getTag(), true, tuples, start, end, m.getFlowStyle());
    }
    ScalarNode scalar = (ScalarNode) node;
    return new ScalarNode(
        scalar.getTag(), true, scalar.getValue(), start, end, scalar.getScalarStyle());
  }

  /** The keys that a merge key {@code <<} brings: those of a mapping, or of a list of them. */
  private static List<NodeTuple> merged(String name, ScalarNode key, Node value) {
    List<Node> sources = value instanceof SequenceNode list ? list.getValue() : List.of(value);
    List<NodeTuple> tuples = new ArrayList<>();
    for (Node source : sources) {
      if (!(source instanceof MappingNode mapping)) {
        throw new IllegalArgumentException(
            "%s:%d: '<<' merges a mapping or a list of mappings, as <<: *name"
                .formatted(name, line(key)));
      }
      tuples.addAll(mapping.getValue());
    }
    return tuples;
  }

  /** Adds the keys that are not there yet; a mapping's own win, then the earlier merged ones. */
  private static void merge(List<NodeTuple> tuples, List<NodeTuple> merged) {
    Set<String> known = new HashSet<>();
    tuples.forEach(tuple -> known.add(word(tuple)));
    merged.stream().filter(tuple -> known.add(word(tuple))).forEach(tuples::add);
  }

  private static String word(NodeTuple tuple) {
    return ((ScalarNode) tuple.getKeyNode()).getValue();
  }
}
