package io.varve.app.plugins;

import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Likelihood;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Writes a project that builds a plug-in of one component. */
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a Maven project with a working component and a test of it.",
      "'mvn -B verify' in its folder builds the plug-in's JAR."
    })
final class PluginsNewCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** The extension points, as {@code --kind} names them. */
  enum Kind {
    TRANSFORM(Transform.class),
    PRIOR(Prior.class),
    LIKELIHOOD(Likelihood.class),
    BIJECTOR(Bijector.class),
    NETWORK(Network.class),
    SCHEDULE(Schedule.class),
    HIERARCHY(Hierarchy.class);

    private final Class<? extends Component> point;

    Kind(Class<? extends Component> point) {
      this.point = point;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @ParentCommand private PluginsCommand plugins;
  @Mixin private Output output;

  @Parameters(paramLabel = "NAME", description = "The component's name, as my-transform.")
  private String name;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      defaultValue = "transform",
      description = "The kind of component: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Kind kind;

  @Option(
      names = "--package",
      paramLabel = "PACKAGE",
      defaultValue = "com.example",
      description = "The Java package and Maven group (default: ${DEFAULT-VALUE}).")
  private String packageName;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The project's folder (default: NAME).")
  private Path out;

  @Override
  public Integer call() {
    Path home =
        Workspace.home()
            .filter(folder -> Files.isDirectory(folder.resolve("maven")))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no distribution to build against; start through bin/varve"));
    requireName();
    Path folder = out == null ? Path.of(name) : out;
    new ProjectTemplate(name, type(), kind.toString(), packageName, home).write(folder);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("out", folder.toString());
    results.put("kind", kind.toString());
    results.put("name", name);
    results.put("record", packageName + "." + type());
    output.result("wrote %s: now run 'mvn -B verify' there".formatted(folder), results);
    return 0;
  }

  /** MyTransform of my-transform. */
  private String type() {
    return Stream.of(name.split("-", -1))
        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
        .collect(Collectors.joining());
  }

  private void requireName() {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot name a component; write lower-case words joined by hyphens, as my-transform"
              .formatted(name));
    }
    if (!SourceVersion.isName(packageName)) {
      throw new IllegalArgumentException(
          "--package '%s' is no Java package; write it as com.example".formatted(packageName));
    }
    if (isTaken("io.varve.spi.") || isTaken("java.lang.") || isTaken("ai.djl.ndarray.")) {
      throw new IllegalArgumentException(
          "'%s' would make a record %s, which Java code means otherwise; take another name"
              .formatted(name, type()));
    }
    try (Workspace workspace = Workspace.open(plugins.global)) {
      Optional.ofNullable(workspace.catalog().components(kind.point).get(name))
          .map(workspace.catalog()::origin)
          .ifPresent(
              jar -> {
                throw new IllegalArgumentException(
                    "there is a %s '%s' already, in %s; take another name"
                        .formatted(kind, name, jar));
              });
    }
  }

  private boolean isTaken(String prefix) {
    try {
      Class.forName(prefix + type(), false, PluginsNewCommand.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
