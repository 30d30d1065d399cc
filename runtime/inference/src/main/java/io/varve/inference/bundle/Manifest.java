package io.varve.inference.bundle;

import static io.varve.inference.bundle.ManifestRules.check;

import com.google.gson.GsonBuilder;
import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Sha256;
import io.varve.inference.file.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a bundle is and holds: the content of its {@code manifest.json}. Shapes leave out the
 * leading batch. {@code docs/bundle.md} describes the format.
 *
 * @param format the version of the format, {@link #FORMAT}
 * @param name the model's name
 * @param varve the version of Varve that wrote the bundle
 * @param opset the version of the ONNX operator set of all graphs
 * @param yaml the model file as it was exported
 * @param data the space of the images handed in, uint8
 * @param space the space the model sees, after its own preprocessing
 * @param variables the latent, derived and observed variables in the order of the model
 * @param graphs the entry points by {@link GraphName}
 * @param plugins where the model's components came from
 * @param parity recorded inputs and outputs to check a runtime with
 * @param files the SHA-256 of every file but the manifest, in lower-case hexadecimal digits
 */
public record Manifest(
    int format,
    String name,
    String varve,
    int opset,
    String yaml,
    Space data,
    Space space,
    List<Variable> variables,
    Map<String, Graph> graphs,
    List<Plugin> plugins,
    Parity parity,
    Map<String, String> files) {
  /** The version of the format that this class reads and writes. */
  public static final int FORMAT = 1;

  /** The manifest's name within a bundle. */
  public static final String FILE = "manifest.json";

  /** In bytes, the model file inside included. */
  private static final long LONGEST = 4 << 20;

  /**
   * The output of a graph that iterates: by how much the last round still changed a value of each
   * row, relative to 1 + |value|, [B].
   */
  public static final String RESIDUAL = "solver.residual";

  /**
   * The output of a graph that iterates: how often rows were computed, all fixed points together,
   * [B]. Rows that are computed at once take as often as the slowest of them.
   */
  public static final String PASSES = "solver.passes";

  /**
   * Checks that the manifest is consistent in itself.
   *
   * @throws IllegalArgumentException if the format differs, a path may leave the bundle, a hash is
   *     malformed, or a graph or the parity vectors name a file that {@code files} lacks
   */
  public Manifest {
    variables = List.copyOf(variables);
    graphs = Collections.unmodifiableMap(new LinkedHashMap<>(graphs));
    plugins = List.copyOf(plugins);
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    check(format == FORMAT, "format: " + format, "" + FORMAT);
    ManifestRules.line("name", name);
    ManifestRules.line("varve", varve);
    ManifestRules.lines("yaml", yaml);
    ManifestRules.variables(variables);
    ManifestRules.count("plugins", plugins);
    ManifestRules.files(files);
    ManifestRules.graphs(graphs, variables);
    for (Map.Entry<String, Graph> graph : graphs.entrySet()) {
      String where = "graphs." + graph.getKey() + ".file";
      ManifestRules.listed(files, where, graph.getValue().file());
    }
    ManifestRules.listed(files, "parity.file", parity.file());
    boolean bytes = data.levels() >= 2 && data.levels() <= 256;
    check(bytes, "data.levels: " + data.levels(), "2 to 256");
  }

  /**
   * A space of images or values.
   *
   * @param shape without the batch, such as [C, H, W]
   * @param levels the number of grid values, 0 for a continuous space
   */
  public record Space(List<Long> shape, int levels) {
    /** Checks the shape. */
    public Space {
      shape = ManifestRules.shape(shape);
      ManifestRules.levels(levels);
    }
  }

  /**
   * A variable of the model.
   *
   * @param name as in the model file
   * @param kind {@code latent}, {@code derived} or {@code observed}
   * @param shape without the batch
   * @param levels the number of grid values, 0 for a continuous variable
   */
  public record Variable(String name, String kind, List<Long> shape, int levels) {
    private static final Set<String> KINDS = Set.of("latent", "derived", "observed");

    /** Checks kind and shape. */
    public Variable {
      ManifestRules.name("name", name);
      shape = ManifestRules.shape(shape);
      check(KINDS.contains(kind), "kind: '" + kind + "'", "latent, derived or observed");
      ManifestRules.levels(levels);
    }
  }

  /**
   * An entry point.
   *
   * @param file its ONNX file
   * @param inputs what the caller provides
   * @param noise what {@code Philox} provides
   * @param outputs what it computes, float32
   */
  public record Graph(String file, List<Port> inputs, List<Noise> noise, List<Port> outputs) {
    /** Checks the names and the types of the outputs. */
    public Graph {
      inputs = List.copyOf(inputs);
      noise = List.copyOf(noise);
      outputs = List.copyOf(outputs);
      check(!file.contains("/"), "file: '" + file + "'", "a graph beside the manifest");
      Set<String> names = new HashSet<>();
      Stream.of(inputs.stream().map(Port::name), noise.stream().map(Noise::name))
          .reduce(outputs.stream().map(Port::name), Stream::concat)
          .forEach(name -> check(names.add(name), "name: '" + name + "' twice", "it once"));
      for (Port output : outputs) {
        check(output.type().equals("float32"), "type: '" + output.type() + "'", "float32");
      }
      ManifestRules.count("names", names);
      ManifestRules.together(
          Stream.concat(allInputs(inputs, noise), outputs.stream()).map(Port::shape).toList());
    }

    /** The inputs and the noise, which a runtime does not tell apart. */
    public List<Port> allInputs() {
      return allInputs(inputs, noise).toList();
    }

    private static Stream<Port> allInputs(List<Port> inputs, List<Noise> noise) {
      return Stream.concat(
          inputs.stream(), noise.stream().map(n -> new Port(n.name(), "float32", n.shape())));
    }
  }

  /**
   * An input or output of a graph.
   *
   * @param name as in the ONNX file
   * @param type {@code uint8} (inputs only) or {@code float32}
   * @param shape without the batch
   */
  public record Port(String name, String type, List<Long> shape) {
    /** Checks type and shape. */
    public Port {
      shape = ManifestRules.shape(shape);
      ManifestRules.name("name", name);
      check(Set.of("uint8", "float32").contains(type), "type: '" + type + "'", "uint8 or float32");
    }
  }

  /**
   * An input of a graph that is noise, float32.
   *
   * @param name as in the ONNX file, also the name of its stream
   * @param distribution {@code normal} or {@code uniform}
   * @param shape without the batch
   */
  public record Noise(String name, String distribution, List<Long> shape) {
    /** Checks distribution and shape. */
    public Noise {
      shape = ManifestRules.shape(shape);
      ManifestRules.name("name", name);
      boolean known = Set.of("normal", "uniform").contains(distribution);
      check(known, "distribution: '" + distribution + "'", "normal or uniform");
    }
  }

  /**
   * A plug-in that the model was built from; inference does not need it.
   *
   * @param id of the plug-in
   * @param version of the plug-in
   * @param sha256 of its JAR, empty where there was none
   * @param components the names that the model uses
   */
  public record Plugin(String id, String version, String sha256, List<String> components) {
    /** Checks texts and hash. */
    public Plugin {
      components = List.copyOf(components);
      ManifestRules.line("id", id);
      ManifestRules.line("version", version);
      ManifestRules.count("components", components);
      components.forEach(component -> ManifestRules.line("components", component));
      if (!sha256.isEmpty()) {
        ManifestRules.hash("plugin '" + id + "'", sha256);
      }
    }
  }

  /**
   * Recorded inputs and outputs: tensors {@code GRAPH/BATCH/in/NAME} and {@code
   * GRAPH/BATCH/out/NAME} of a safetensors file.
   *
   * @param file the safetensors file
   * @param tolerance the relative error that the export allowed
   * @param batches the batch sizes recorded
   */
  public record Parity(String file, double tolerance, List<Integer> batches) {
    /** Checks the numbers. */
    public Parity {
      batches = List.copyOf(batches);
      ManifestRules.count("batches", batches);
      batches.forEach(batch -> check(batch >= 1, "batches: " + batch, "1 or more"));
      check(tolerance > 0 && tolerance <= 1, "tolerance: " + tolerance, "more than 0, at most 1");
    }
  }

  /**
   * Reads the manifest of a bundle.
   *
   * @param bundle its directory
   * @throws IllegalArgumentException if it is missing, malformed or of a newer format
   */
  public static Manifest read(Path bundle) {
    return Gate.through(bundle, () -> read(new BundleFiles(bundle)));
  }

  static Manifest read(BundleFiles files) {
    Path file = files.path(FILE);
    ByteBuffer bytes = files.read(FILE, LONGEST);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      int format = StrictJson.peek(file.toString(), text, "format");
      if (format > FORMAT) {
        throw new IllegalArgumentException(
            "%s: format: %d, this Varve reads up to %d; use a newer Varve"
                .formatted(file, format, FORMAT));
      }
      return StrictJson.read(file.toString(), text, Manifest.class);
    } catch (CharacterCodingException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /**
   * Writes the manifest into a bundle, whole or not at all. Write it last: it is what makes the
   * directory a bundle.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  public void write(Path bundle) {
    String text = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(this);
    AtomicFile.write(bundle.resolve(FILE), text + "\n");
  }

  /**
   * The hashes of all files of a directory except the manifest, as in {@code files}.
   *
   * @throws IllegalArgumentException if a file cannot be read
   */
  public static Map<String, String> hashes(Path bundle) {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(bundle)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = bundle.relativize(file).toString().replace('\\', '/');
        if (!name.equals(FILE)) {
          hashes.put(name, Sha256.of(file));
        }
      }
    } catch (IOException e) {
      throw FileFault.unreadable(bundle, e);
    }
    return hashes;
  }

  /**
   * The outputs of a graph that a tie can change: draws from a grid and what is drawn after them.
   * Such a draw may fall to the other side where the noise is at the edge of a grid value.
   */
  public Set<String> tied(String graph) {
    List<String> outputs = graphs.get(graph).outputs().stream().map(Port::name).toList();
    return tied(graph, variables, outputs);
  }

  /** As {@link #tied(String)}, of a graph that has no manifest yet. */
  public static Set<String> tied(String graph, List<Variable> variables, List<String> outputs) {
    Set<String> tied = new LinkedHashSet<>();
    if (GraphName.find(graph).filter(GraphName::draws).isEmpty()) {
      return tied;
    }
    for (Variable variable : variables) {
      if (variable.levels() > 0 && outputs.contains(variable.name())) {
        boolean last = variable.kind().equals("observed");
        tied.addAll(last ? List.of(variable.name(), "pixels") : outputs);
      }
    }
    return tied;
  }

  /** The variables of one kind: {@code latent}, {@code derived} or {@code observed}. */
  public List<Variable> variables(String kind) {
    return variables.stream().filter(variable -> variable.kind().equals(kind)).toList();
  }

  /** The number of elements of a shape. */
  public static int size(List<Long> shape) {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }
}
