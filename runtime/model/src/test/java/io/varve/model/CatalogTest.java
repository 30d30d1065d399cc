package io.varve.model;

import static io.varve.model.YamlTextTest.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Likelihood;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  private static final String HEAD =
      """
      package acme;

      import ai.djl.ndarray.*;
      import ai.djl.ndarray.types.Shape;
      import ai.djl.nn.*;
      import io.varve.spi.*;
      import java.util.*;
      import org.pf4j.Extension;

      """;

  private static final String NEGATIVE =
      HEAD
          + """
          @Extension
          @Named("negative")
          record Negative(@Default("3") int bits) implements Transform {
            public NDArray apply(NDArray x, Space space) {
              return Ops.constant(x, space.levels() - 1).sub(x);
            }

            public Space space(Space x) {
              return x;
            }
          }

          public final class Others {}
          """;

  private static final String POINT =
      HEAD
          + """
          @Extension
          @Named("point")
          public record Point() implements Prior, Likelihood {
            public List<Parameters> parameters(Space event) {
              return List.of();
            }

            public Distribution of(Pass pass, Space event, NDList parameters) {
              throw new UnsupportedOperationException();
            }
          }
          """;

  private static final String NET =
      HEAD
          + """
          @Extension
          @Named("net")
          public record Net(List<Integer> widths) implements Network {
            public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
              return new SequentialBlock();
            }
          }
          """;

  private static String schedule(String type, String name) {
    return HEAD
        + """
        @Extension
        @Named("%s")
        public record %s() implements Schedule {
          public double at(Progress progress) {
            return 2;
          }
        }
        """
            .formatted(name, type);
  }

  @TempDir private Path folder;

  private Catalog open() {
    return Catalog.open(List.of(folder, folder.resolve("absent")));
  }

  @Test
  void loadsATransformAPriorAndANetwork() throws IOException {
    Path jar = JarKit.of("acme", NEGATIVE, POINT, NET).write(folder.resolve("acme.jar"));
    Files.writeString(folder.resolve("README.txt"), "not a JAR");
    try (Catalog catalog = open()) {
      assertThat(catalog.components(Transform.class)).containsOnlyKeys("negative");
      assertThat(catalog.components(Prior.class)).containsOnlyKeys("point");
      assertThat(catalog.components(Likelihood.class)).containsOnlyKeys("point");
      assertThat(catalog.components(Family.class)).containsOnlyKeys("point");
      assertThat(catalog.components(Network.class)).containsOnlyKeys("net");
      assertThat(catalog.components(Schedule.class)).isEmpty();
      assertThat(catalog.points())
          .containsExactlyInAnyOrder(
              Transform.class, Prior.class, Likelihood.class, Family.class, Network.class);
      Catalog.Plugin plugin = catalog.plugins().get(0);
      assertThat(plugin)
          .isEqualTo(
              new Catalog.Plugin("acme", "1.2.3", jar, PluginJar.sha256(jar), plugin.components()));
      assertThat(plugin.components())
          .containsExactlyInAnyOrder(
              "transform negative", "prior point", "likelihood point", "network net");
      Object transform = new Binder(catalog).bind("t", "{type: negative}", Transform.class);
      assertThat(transform).hasToString("Negative[bits=3]");
      assertThat(transform.getClass().getClassLoader()).isNotSameAs(getClass().getClassLoader());
      Object network = new Binder(catalog).bind("n", "{type: net, widths: [2]}", Network.class);
      assertThat(network).hasToString("Net[widths=[2]]");
    }
  }

  @Test
  void runsTheHostsSpiInsideAPlugIn() throws IOException {
    JarKit.of("acme", schedule("Two", "two")).write(folder.resolve("acme.jar"));
    try (Catalog catalog = open()) {
      Schedule two = new Binder(catalog).bind("s", "two", Schedule.class);
      assertThat(two.at(new Progress(0, 0))).isEqualTo(2);
    }
  }

  @Test
  void refusesTwoComponentsOfOneName() throws IOException {
    Path a = JarKit.of("a", schedule("First", "same")).write(folder.resolve("a.jar"));
    Path b = JarKit.of("b", schedule("Second", "same")).write(folder.resolve("b.jar"));
    refused(
        this::open,
        "two schedule plug-ins are named 'same': one in %s, one in %s; remove one of the JARs"
            .formatted(a, b));
  }

  @Test
  void refusesTwoJarsOfOneId() throws IOException {
    Path a = JarKit.of("acme", schedule("First", "one")).write(folder.resolve("a.jar"));
    Path b = JarKit.of("acme", schedule("Second", "two")).write(folder.resolve("b.jar"));
    refused(
        this::open,
        "two JARs have the Plugin-Id 'acme': %s and %s; remove one of them".formatted(a, b));
  }

  @Test
  void refusesWhatIsNoComponent() throws IOException {
    String message = ": acme.%s is no @Named record of an extension point of io.varve.spi";
    String plain =
        HEAD
            + """
            @Extension
            @Named("plain")
            public class Plain implements Schedule {
              public double at(Progress progress) {
                return 1;
              }
            }
            """;
    Path jar = JarKit.of("acme", plain).write(folder.resolve("acme.jar"));
    refused(this::open, jar + message.formatted("Plain"));
    JarKit.of("acme", schedule("Nameless", "x").replace("@Named(\"x\")", "")).write(jar);
    refused(this::open, jar + message.formatted("Nameless"));
    String loose =
        HEAD + "@Extension @Named(\"loose\") public record Loose() implements Component {}";
    JarKit.of("acme", loose).write(jar);
    refused(this::open, jar + message.formatted("Loose"));
  }

  @Test
  void namesAClassThatIsNowhere() throws IOException {
    JarKit kit = JarKit.of("acme", schedule("Gone", "gone")).without("acme/Gone.class");
    Path jar = kit.write(folder.resolve("acme.jar"));
    refused(this::open, jar + ": needs acme.Gone, which is nowhere; build it again");
    String helper = "package acme; public record Helper() {}";
    String holder = schedule("Holder", "holder").replace("Holder()", "Holder(List<Helper> all)");
    JarKit.of("acme", holder, helper).without("acme/Helper.class").write(jar);
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(jar + ": ")
        .hasMessageContaining("acme.Helper");
    JarKit.of("acme", schedule("Fine", "fine"))
        .with("META-INF/extensions.idx", "# none\n\n acme.Fine # good\n".getBytes(UTF_8))
        .write(jar);
    try (Catalog catalog = open()) {
      assertThat(catalog.components(Schedule.class)).containsOnlyKeys("fine");
    }
  }

  @Test
  void refusesAPlugInThatDependsOnAnother() throws IOException {
    Path jar =
        JarKit.of("acme", schedule("Needy", "needy"))
            .manifest("Plugin-Dependencies", "other")
            .write(folder.resolve("acme.jar"));
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(jar + ": cannot be loaded: ")
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).contains("other"));
    assertThat(openFiles(jar)).isEmpty();
  }

  @Test
  void takesClassesAtHand() {
    Catalog catalog = Catalog.of(List.<Class<? extends Component>>of(TwoFaced.class));
    assertThat(catalog.components(Prior.class)).containsOnlyKeys("two-faced");
    assertThat(catalog.components(Family.class)).containsOnlyKeys("two-faced");
    assertThat(catalog.plugins()).isEmpty();
    catalog.close();
  }

  /** An extension point may refine another. */
  interface Faced extends Prior {}

  @io.varve.spi.Named("two-faced")
  record TwoFaced() implements Faced {
    @Override
    public List<io.varve.spi.Parameters> parameters(io.varve.spi.Space event) {
      return List.of();
    }

    @Override
    public io.varve.spi.Distribution of(
        io.varve.spi.Pass pass, io.varve.spi.Space event, ai.djl.ndarray.NDList parameters) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void letsGoOfFilesAndClasses() throws Exception {
    Path jar = JarKit.of("acme", NEGATIVE, POINT, NET).write(folder.resolve("acme.jar"));
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      loaders.add(useOnce());
    }
    try (Catalog catalog = open()) {
      assertThat(catalog.components(Network.class)).isNotEmpty();
      assertThat(openFiles(jar)).isNotEmpty(); // so that the next line can fail
    }
    assertThat(openFiles(jar)).isEmpty();
    Files.delete(jar);
    for (int i = 0; i < 50 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(loaders).allSatisfy(l -> assertThat(l.get()).isNull());
  }

  private WeakReference<ClassLoader> useOnce() {
    try (Catalog catalog = open()) {
      Transform transform = new Binder(catalog).bind("t", "negative", Transform.class);
      Schema.of(new Binder(catalog), transform.getClass());
      return new WeakReference<>(transform.getClass().getClassLoader());
    }
  }

  /** The descriptors of this process that lead to a file; only Linux lists them. */
  private static List<Path> openFiles(Path file) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors));
    List<Path> open = new ArrayList<>();
    try (Stream<Path> all = Files.list(descriptors)) {
      for (Path descriptor : all.toList()) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).equals(file.toRealPath())) {
          open.add(descriptor);
        }
      }
    }
    return open;
  }
}
