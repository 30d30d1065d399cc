package io.varve.model;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML file as a tree with line numbers: no object is ever constructed from it.
 *
 * <p>Duplicate keys, deep nesting, many aliases and huge files are refused, so a hostile file costs
 * nothing.
 */
public final class YamlText {
  private static final int MAX_CHARACTERS = 4 << 20;
  private static final int MAX_DEPTH = 60;
  private static final int MAX_NODES = 200_000;

  private final String name;
  private final Node root;
  private final Map<Node, String> overridden = new HashMap<>();
  private int nodes;

  private YamlText(String name, String text) {
    this.name = name;
    this.root = compose(name, text);
    count(root, 0);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException one line naming file and line
   */
  public static YamlText read(Path file) {
    try {
      return of(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Parses text; {@code name} stands for the file in error messages. */
  public static YamlText of(String name, String text) {
    return new YamlText(name, text);
  }

  Node root() {
    return root;
  }

  /**
   * Sets one key, as {@code --set training.epochs=3} does; the value is YAML.
   *
   * @throws IllegalArgumentException if the path leads nowhere
   */
  public YamlText set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "--set " + assignment + ": expected key=value, for example training.epochs=3");
    }
    String path = assignment.substring(0, equals);
    String origin = "--set " + path;
    Node value = compose(origin, assignment.substring(equals + 1));
    String[] keys = path.split("\\.", -1);
    Node at = root;
    for (int i = 0; i < keys.length; i++) {
      at = descend(at, keys[i], i == keys.length - 1 ? value : null, origin);
    }
    mark(value, origin);
    return this;
  }

  /** Where a node stands, for an error message. */
  String where(Node node) {
    String origin = overridden.get(node);
    return origin != null ? origin : name + ":" + (node.getStartMark().getLine() + 1);
  }

  private static Node compose(String name, String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(200);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setCodePointLimit(MAX_CHARACTERS);
    Node node;
    try {
      node = new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      String line = e.getProblemMark() == null ? "" : ":" + (e.getProblemMark().getLine() + 1);
      throw new IllegalArgumentException(name + line + ": " + e.getProblem(), e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(
          name + ": " + e.getMessage().lines().findFirst().orElse(""), e);
    }
    if (node == null) {
      throw new IllegalArgumentException(name + ": is empty");
    }
    return node;
  }

  /** Aliases multiply: counts nodes as a reader would meet them, and refuses too many. */
  private void count(Node node, int depth) {
    if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          where(node)
              + ": expands to more than "
              + MAX_NODES
              + " values or "
              + MAX_DEPTH
              + " levels; unfold its aliases");
    }
    if (node instanceof SequenceNode s) {
      s.getValue().forEach(child -> count(child, depth + 1));
    } else if (node instanceof MappingNode m) {
      m.getValue().forEach(tuple -> count(tuple.getValueNode(), depth + 1));
    }
  }

  private Node descend(Node at, String key, Node value, String origin) {
    int bracket = key.indexOf('[');
    String word = bracket < 0 ? key : key.substring(0, bracket);
    if (bracket < 0) {
      return child(at, word, value, origin);
    }
    Node list = child(at, word, null, origin);
    try {
      int index = Integer.parseInt(key.substring(bracket + 1, key.length() - 1));
      List<Node> items = ((SequenceNode) list).getValue();
      if (value != null) {
        items.set(index, value);
      }
      return items.get(index);
    } catch (ClassCastException | IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException(origin + ": there is no '" + key + "'", e);
    }
  }

  /** The value of a key; set to {@code value} if given, made an empty mapping if absent. */
  private Node child(Node at, String key, Node value, String origin) {
    if (!(at instanceof MappingNode mapping)) {
      throw new IllegalArgumentException(
          origin + ": '" + key + "' has no place: what holds it is no mapping");
    }
    List<NodeTuple> tuples = mapping.getValue();
    for (int i = 0; i < tuples.size(); i++) {
      NodeTuple tuple = tuples.get(i);
      if (tuple.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key)) {
        if (value != null) {
          tuples.set(i, new NodeTuple(k, value));
        }
        return value == null ? tuple.getValueNode() : value;
      }
    }
    Node fresh =
        value != null
            ? value
            : new MappingNode(
                Tag.MAP,
                true,
                new ArrayList<>(),
                at.getStartMark(),
                at.getEndMark(),
                FlowStyle.BLOCK);
    ScalarNode name = (ScalarNode) compose(origin, key);
    mark(name, origin);
    mark(fresh, origin);
    tuples.add(new NodeTuple(name, fresh));
    return fresh;
  }

  private void mark(Node node, String origin) {
    overridden.put(node, origin);
    if (node instanceof SequenceNode s) {
      s.getValue().forEach(child -> mark(child, origin));
    } else if (node instanceof MappingNode m) {
      m.getValue().forEach(tuple -> mark(tuple.getValueNode(), origin));
    }
  }

  /** A mapping's entries in order; refuses duplicate keys and keys that are no words. */
  Map<String, Node> entries(Node node, String path) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(node, path, "expected a mapping, found " + describe(node));
    }
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw error(tuple.getKeyNode(), path, "a key must be a word");
      }
      if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
        throw error(key, path, "the key '" + key.getValue() + "' stands here twice; keep one");
      }
    }
    return entries;
  }

  IllegalArgumentException error(Node node, String path, String problem) {
    String place = path.isEmpty() ? "" : path + ": ";
    return new IllegalArgumentException(where(node) + ": " + place + problem);
  }

  static String describe(Node node) {
    if (node instanceof ScalarNode scalar) {
      return "'" + scalar.getValue() + "'";
    }
    return node instanceof SequenceNode ? "a list" : "a mapping";
  }

  /** The keys at the top, for a first look at what a file is. */
  public Set<String> keys() {
    return entries(root, "").keySet();
  }

  /** The text of this tree as YAML, overrides included. */
  public String text() {
    StringWriter out = new StringWriter();
    DumperOptions options = new DumperOptions();
    options.setWidth(120);
    new Yaml(options).serialize(root, out);
    return out.toString();
  }
}
