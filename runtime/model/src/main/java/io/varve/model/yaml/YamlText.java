package io.varve.model.yaml;

import io.varve.model.faults.Faults;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
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
  private final String name;
  private final Node root;
  private final Map<Node, String> overridden;

  private YamlText(String name, Node root, Map<Node, String> overridden) {
    this.name = name;
    this.root = root;
    this.overridden = overridden;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException one line naming file and line
   */
  public static YamlText read(Path file) {
    try {
      if (Files.size(file) > YamlTree.MAX_CHARACTERS) {
        throw new IllegalArgumentException(
            "%s: has %d bytes; a model file has at most %d"
                .formatted(file, Files.size(file), YamlTree.MAX_CHARACTERS));
      }
      return of(file.toString(), text(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": is not UTF-8 text", e);
    } catch (AccessDeniedException e) {
      throw new IllegalArgumentException(file + ": may not be read; check its permissions", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + Faults.reason(e), e);
    }
  }

  /** A device or a pipe has no size before it is read. */
  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(YamlTree.MAX_CHARACTERS + 1);
      if (bytes.length > YamlTree.MAX_CHARACTERS) {
        throw new IllegalArgumentException(
            "%s: has over %s bytes; that is no model file"
                .formatted(file, YamlTree.MAX_CHARACTERS));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /** Parses text; {@code name} stands for the file in error messages. */
  public static YamlText of(String name, String text) {
    return new YamlText(name, YamlTree.parse(name, text), new HashMap<>());
  }

  /** The tree, which must not be changed. */
  public Node root() {
    return root;
  }

  /**
   * Sets one key, as {@code --set training.epochs=3} does; the value is YAML.
   *
   * <p>A path may go through lists, {@code model.nodes[0].p}; keys on it that are absent are made.
   *
   * @throws IllegalArgumentException one line naming the {@code --set}, if the path leads nowhere
   */
  public YamlText set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "--set " + assignment + ": expected key=value, for example training.epochs=3");
    }
    String path = assignment.substring(0, equals);
    String origin = "--set " + path;
    Node value = YamlTree.parse(origin, assignment.substring(equals + 1));
    mark(value, origin);
    String[] steps = path.replace("[", ".[").split("\\.", -1);
    Node at = root;
    for (int i = 0; i < steps.length; i++) {
      Node last = i == steps.length - 1 ? value : null;
      at =
          steps[i].startsWith("[")
              ? item(at, steps[i], last, origin)
              : child(at, steps[i], last, origin);
    }
    return this;
  }

  /** Sets one key to a text, whatever characters it has. */
  public YamlText set(String path, String text) {
    return set(path + "='" + text.replace("'", "''") + "'");
  }

  /** Where a node stands, for an error message. */
  public String where(Node node) {
    String origin = overridden.get(node);
    return origin != null ? origin : name + ":" + YamlTree.line(node);
  }

  /** An item of a list, {@code [2]}; replaced by {@code value} if given. */
  private static Node item(Node at, String step, Node value, String origin) {
    if (!(at instanceof SequenceNode list)) {
      throw new IllegalArgumentException(
          origin + ": '" + step + "' has no place: what holds it is no list");
    }
    List<Node> items = list.getValue();
    int index =
        step.matches("\\[\\d{1,6}]") ? Integer.parseInt(step.substring(1, step.length() - 1)) : -1;
    if (index < 0 || index >= items.size()) {
      throw new IllegalArgumentException(
          origin + ": there is no item '" + step + "'; the list has " + items.size());
    }
    return value == null ? items.get(index) : replace(items, index, value);
  }

  private static Node replace(List<Node> items, int index, Node value) {
    items.set(index, value);
    return value;
  }

  /** The value of a key; set to {@code value} if given, made an empty mapping if absent. */
  private Node child(Node at, String key, Node value, String origin) {
    if (!(at instanceof MappingNode mapping)) {
      throw new IllegalArgumentException(
          origin + ": '" + key + "' has no place: what holds it is no mapping");
    }
    if (key.isBlank()) {
      throw new IllegalArgumentException(origin + ": a key on the path is empty");
    }
    List<NodeTuple> tuples = mapping.getValue();
    for (int i = 0; i < tuples.size(); i++) {
      NodeTuple tuple = tuples.get(i);
      if (((ScalarNode) tuple.getKeyNode()).getValue().equals(key)) {
        if (value != null) {
          tuples.set(i, new NodeTuple(tuple.getKeyNode(), value));
        }
        return value == null ? tuple.getValueNode() : value;
      }
    }
    Mark start = at.getStartMark();
    Mark end = at.getEndMark();
    Node fresh =
        value != null
            ? value
            : new MappingNode(Tag.MAP, true, new ArrayList<>(), start, end, FlowStyle.BLOCK);
    Node word = new ScalarNode(Tag.STR, true, key, start, end, ScalarStyle.PLAIN);
    mark(word, origin);
    mark(fresh, origin);
    tuples.add(new NodeTuple(word, fresh));
    return fresh;
  }

  private void mark(Node node, String origin) {
    overridden.put(node, origin);
    if (node instanceof SequenceNode s) {
      s.getValue().forEach(child -> mark(child, origin));
    } else if (node instanceof MappingNode m) {
      for (NodeTuple tuple : m.getValue()) {
        mark(tuple.getKeyNode(), origin);
        mark(tuple.getValueNode(), origin);
      }
    }
  }

  /** A mapping's entries in order; refuses duplicate keys. */
  public Map<String, Node> entries(Node node, String path) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(node, path, "expected a mapping, found " + describe(node));
    }
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = ((ScalarNode) tuple.getKeyNode()).getValue();
      if (entries.put(key, tuple.getValueNode()) != null) {
        throw error(tuple.getKeyNode(), path, "the key '" + key + "' stands here twice; keep one");
      }
    }
    return entries;
  }

  /** The node of a key itself, so that an error can name its line. */
  public Node key(Node mapping, String key) {
    return ((MappingNode) mapping)
        .getValue().stream()
            .map(NodeTuple::getKeyNode)
            .filter(k -> ((ScalarNode) k).getValue().equals(key))
            .findFirst()
            .orElse(mapping);
  }

  /** An error at a node; see {@link #line}. */
  public IllegalArgumentException error(Node node, String path, String problem) {
    return new IllegalArgumentException(line(where(node), path, problem));
  }

  /**
   * An error in one line: line breaks in what it quotes are written out.
   *
   * @param where file and line
   * @param path of the key; may be empty
   */
  public static String line(String where, String path, String problem) {
    String place = path.isEmpty() ? "" : path + ": ";
    return (where + ": " + place + problem).replace("\n", "\\n").replace("\r", "\\r");
  }

  /** What stands there, in words: {@code '3'}, {@code a list}, {@code nothing}. */
  public static String describe(Node node) {
    if (node instanceof ScalarNode scalar) {
      return isNothing(node) ? "nothing" : "'" + scalar.getValue() + "'";
    }
    return node instanceof SequenceNode ? "a list" : "a mapping";
  }

  /** Whether nothing stands after a key. */
  public static boolean isNothing(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /**
   * The value of one key at the top, as a text of its own with the same line numbers.
   *
   * @throws IllegalArgumentException if the key is missing
   */
  public YamlText at(String key) {
    Node value = entries(root, "").get(key);
    if (value == null) {
      throw error(root, "", "the key '" + key + "' is missing");
    }
    return new YamlText(name, value, overridden);
  }

  /** The text of this tree as YAML, overrides included and aliases written out. */
  public String text() {
    StringWriter out = new StringWriter();
    DumperOptions options = new DumperOptions();
    options.setWidth(120);
    new Yaml(options).serialize(root, out);
    return out.toString();
  }
}
