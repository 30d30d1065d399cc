package io.varve.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where our classes are and what they may use: the modules, and the packages of each.
 *
 * <p>The table under "Where things are" in CONTRIBUTING.md says the same, with a few words on each
 * package.
 */
final class Layout {
  private static final Pattern PACKAGE = Pattern.compile("([a-z0-9.]+)(?: \\(([a-z0-9. ]*)\\))?");

  /**
   * From the lowest to the highest, modules as well as packages.
   *
   * <p>A package may use those of its module that stand before it, and every package of the modules
   * in the last column. {@code high (low)} may use only {@code low} of its module. A row without a
   * folder goes on with the module above.
   */
  static final List<Module> MODULES =
      read(
          """
          core-spi              | spi                     | nothing
          plugins/transforms    | transforms              | core-spi
          plugins/priors        | priors                  | core-spi
          plugins/likelihoods   | likelihoods             | core-spi
          plugins/bijectors     | bijectors               | core-spi
          plugins/networks      | networks.layer          | core-spi
                                | networks                |
          plugins/schedules     | schedules               | core-spi
          plugins/hierarchies   | hierarchies             | core-spi
          runtime/model         | model.faults            | core-spi
                                | model.yaml              |
                                | model.plugin            |
                                | model.binder            |
                                | model.guard             |
                                | model                   |
                                | model.objective         |
                                | model.weights           |
          runtime/inference     | inference.file          | nothing
                                | inference.onnxruntime   |
                                | inference.image         |
                                | inference.graph         |
                                | inference.bundle        |
                                | inference               |
          runtime/report        | report.metrics          | runtime/inference
                                | report.picture          |
                                | report.tensorboard      |
                                | report.chart            |
                                | report                  |
          runtime/training      | training.engine         | core-spi, runtime/model, runtime/inference, runtime/report
                                | training.data.set       |
                                | training.data.drawn     |
                                | training.data           |
                                | training.data.feed      |
                                | training.fid            |
                                | training.optimizer      |
                                | training                |
                                | training.learning       |
                                | training.checkpoint     |
                                | training.evaluation     |
                                | training.run            |
                                | training.log            |
                                | training.loop           |
          export                | export.onnx.program     | core-spi, runtime/model, runtime/inference
                                | export.onnx.record      |
                                | export.onnx.graph       |
                                | export.onnx.lower       |
                                | export.onnx.check       |
                                | export.onnx.fold        |
                                | export.onnx             |
                                | export.bundle           |
          conformance-tests/kit | conformance.rule        | core-spi, runtime/model, runtime/inference, runtime/report, export
                                | conformance.numerics    |
                                | conformance.jars        |
                                | conformance.arrays      |
                                | conformance.transforms  |
                                | conformance.families    |
                                | conformance.bijectors   |
                                | conformance.networks    |
                                | conformance.schedules   |
                                | conformance.models      |
                                | conformance.hierarchies |
                                | conformance.records     |
                                | conformance             |
          runtime/app           | app.process             | core-spi, runtime/model, runtime/inference, runtime/report, runtime/training, export, conformance-tests/kit
                                | app.option              |
                                | app.bundle              |
                                | app.measure             |
                                | app.train               |
                                | app.plugins             |
                                | app.bench               |
                                | app.check               |
                                | app                     |
          """);

  private Layout() {}

  /**
   * A folder with main classes.
   *
   * @param rooms its packages, the lowest first
   * @param uses the folders of the modules that it may use
   */
  record Module(String folder, List<Room> rooms, List<String> uses) {
    /** Its packages without {@code io.varve.}. */
    List<String> names() {
      return rooms.stream().map(Room::name).toList();
    }
  }

  /**
   * A package.
   *
   * @param only the packages of its module that it may use, where these are not all before it
   */
  record Room(String name, Optional<List<String>> only) {}

  /** Reads rows of three columns: folder, packages, folders that it may use. */
  static List<Module> read(String table) {
    List<Module> modules = new ArrayList<>();
    for (String line : table.lines().toList()) {
      String[] cells = line.split("\\|", -1);
      Module row = new Module(cells[0].strip(), rooms(cells[1]), folders(cells[2]));
      modules.add(row.folder().isEmpty() ? join(modules.remove(modules.size() - 1), row) : row);
    }
    return List.copyOf(modules);
  }

  private static List<Room> rooms(String cell) {
    return PACKAGE
        .matcher(cell)
        .results()
        .map(
            found ->
                new Room(found.group(1), Optional.ofNullable(found.group(2)).map(Layout::names)))
        .toList();
  }

  private static List<String> folders(String cell) {
    return names(cell).stream().filter(folder -> !folder.equals("nothing")).toList();
  }

  private static List<String> names(String text) {
    return Stream.of(text.split("[, ]+")).filter(name -> !name.isEmpty()).toList();
  }

  private static Module join(Module module, Module more) {
    return new Module(
        module.folder(), join(module.rooms(), more.rooms()), join(module.uses(), more.uses()));
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    return Stream.of(first, second).flatMap(List::stream).toList();
  }

  /** By package, those packages of ours that it may use besides itself. */
  static Map<String, Set<String>> uses(List<Module> modules) {
    Map<String, Set<String>> uses = new LinkedHashMap<>();
    for (Module module : modules) {
      Set<String> below = new TreeSet<>();
      modules.stream()
          .filter(other -> module.uses().contains(other.folder()))
          .forEach(other -> below.addAll(other.names()));
      List<String> before = new ArrayList<>();
      for (Room room : module.rooms()) {
        Set<String> allowed = new TreeSet<>(below);
        allowed.addAll(room.only().orElse(before));
        uses.put(room.name(), allowed);
        before.add(room.name());
      }
    }
    return uses;
  }
}
