package io.varve.conformance.jars;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.DeclaredClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rules J1 and on, for a JAR as a whole, by its entries and what its classes declare. {@link
 * ByteCodeRules} adds what their code tells, and {@link LoadingRules} what only loading tells.
 */
public final class JarRules {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern PROVIDED = Pattern.compile("(ai/djl|org/pf4j|io/varve/spi)/.*");
  private static final Pattern LIBRARY = Pattern.compile(".*\\.(so(\\.\\d+)*|dll|dylib|jnilib)");

  private final ReadJar jar;

  JarRules(ReadJar jar) {
    this.jar = jar;
  }

  /** Reads the index and the headers of its classes. */
  @Rule
  void j1_componentsArePublicNamedExtensionRecords() {
    require(jar.unreadable().isEmpty(), jar.unreadable());
    JarContents plugin = jar.plugin();
    List<String> index =
        plugin
            .index()
            .orElseThrow(
                () ->
                    new AssertionError(
                        "there is no META-INF/extensions.idx; annotate components with @Extension"
                            + " and name org.pf4j:pf4j in annotationProcessorPaths"));
    require(!index.isEmpty(), "META-INF/extensions.idx names no class, expected one or more");
    Map<String, DeclaredClass> declared = declared(plugin);
    for (String type : index) {
      require(declared.containsKey(type), type + " is in the index and not in the JAR");
      requireComponent(declared.get(type));
    }
    for (DeclaredClass each : declared.values()) {
      require(
          each.name().isEmpty() || index.contains(each.type()),
          each.type() + " is @Named and not in META-INF/extensions.idx; annotate it @Extension");
    }
  }

  private void requireComponent(DeclaredClass type) {
    require(type.isPublicRecord(), type.type() + " is no public record");
    require(type.name().isPresent(), type.type() + " is not annotated @Named");
    require(type.isExtension(), type.type() + " is not annotated @Extension");
    List<String> points = type.points();
    boolean one = points.size() == 1 && jar.points().contains(points.get(0));
    boolean family = new TreeSet<>(points).equals(new TreeSet<>(List.of("Likelihood", "Prior")));
    require(
        one || family,
        "%s implements %s of io.varve.spi, expected one of %s, or Prior and Likelihood"
            .formatted(type.type(), points, jar.points()));
  }

  /** Reads the names in its class files. */
  @Rule
  void j2_namesAreLowerCaseWords() {
    for (DeclaredClass type : components()) {
      String name = type.name().orElseThrow();
      require(
          NAME.matcher(name).matches(),
          "%s is named '%s', expected lower-case words joined by hyphens"
              .formatted(type.type(), name));
    }
  }

  /** Compares the names of its components with one another. */
  @Rule
  void j2_namesAreUniqueInTheJar() {
    Map<String, String> seen = new LinkedHashMap<>();
    for (DeclaredClass type : components()) {
      String name = type.name().orElseThrow();
      for (String point : type.points()) {
        String other = seen.put(key(point, name), type.type());
        require(
            other == null || other.equals(type.type()),
            "%s and %s are both named '%s'".formatted(other, type.type(), name));
      }
    }
  }

  /** Compares its names with those of the others; priors and likelihoods share theirs. */
  @Rule
  void j2_namesAreUniqueBesideOthers() {
    try (Catalog catalog = Catalog.ofJars(jar.target().beside())) {
      for (DeclaredClass type : components()) {
        for (String point : type.points()) {
          String key = key(point, type.name().orElseThrow());
          for (Catalog.Plugin other : catalog.plugins()) {
            require(
                other.components().stream().noneMatch(each -> key.equals(key(each))),
                "the name of the %s of %s is taken by %s; choose another"
                    .formatted(key, type.type(), other.jar().getFileName()));
          }
        }
      }
    }
  }

  private static String key(String component) {
    int space = component.indexOf(' ');
    return key(component.substring(0, space), component.substring(space + 1));
  }

  private static String key(String point, String name) {
    String kind = point.toLowerCase(Locale.ROOT);
    return (kind.matches("prior|likelihood") ? "family" : kind) + " " + name;
  }

  /** Reads the list of its entries, those for later versions of Java too. */
  @Rule
  void j4_containsNoClassThatVarveProvides() {
    for (String entry : jar.plugin().entries()) {
      require(
          !(entry.endsWith(".class") && PROVIDED.matcher(ReadJar.unversioned(entry)).matches()),
          "contains %s; give varve-core-spi the scope 'provided' and do not shade it"
              .formatted(entry));
    }
  }

  /** Reads the list of its entries. */
  @Rule
  void j4_containsNoNativeLibrary() {
    for (String entry : jar.plugin().entries()) {
      require(
          !LIBRARY.matcher(entry).matches(),
          "contains the native library %s; array code is all a plug-in needs".formatted(entry));
    }
  }

  /** Reads the annotations in its class files. */
  @Rule
  void j6_everyComponentHasAnExample() {
    for (DeclaredClass type : components()) {
      require(
          type.hasExample(),
          type.type() + " has no example; give @Named one, as examples = \"{hidden: [8]}\"");
    }
  }

  /** Reads the manifest. */
  @Rule
  void j9_manifestSaysIdAndVersion() {
    if (jar.target().packed()) {
      throw new NotApplicable("a folder of classes has no manifest; verify the JAR as well");
    }
    for (String key : List.of("Plugin-Id", "Plugin-Version")) {
      String value = jar.plugin().manifest().getValue(key);
      require(
          value != null && !value.isBlank(),
          "the manifest has no %s; set it in maven-jar-plugin's manifestEntries".formatted(key));
    }
  }

  private static Map<String, DeclaredClass> declared(JarContents plugin) {
    Map<String, DeclaredClass> declared = new LinkedHashMap<>();
    plugin.classes().values().stream()
        .map(DeclaredClass::of)
        .forEach(type -> declared.putIfAbsent(type.type(), type));
    return declared;
  }

  private List<DeclaredClass> components() {
    List<DeclaredClass> named = new ArrayList<>(declared(jar.plugin()).values());
    named.removeIf(type -> type.name().isEmpty());
    return named;
  }
}
