package io.varve.model.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.model.JarKit;
import io.varve.model.binder.Binder;
import io.varve.model.binder.Schema;
import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Likelihood;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class CatalogTest {
  public static final String HEAD =
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

  public static String schedule(String type, String name) {
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
              new Catalog.Plugin(
                  "acme", "1.2.3", "", jar, PluginJar.sha256(jar), plugin.components()));
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
    Files.write(folder.resolve("damaged.jar"), Arrays.copyOf(Files.readAllBytes(jar), 300));
    JarKit.of("needy", schedule("Needy", "needy"))
        .manifest("Plugin-Dependencies", "other")
        .write(folder.resolve("needy.jar"));
    JarKit.of("twin", schedule("Net", "twin"), NEGATIVE).write(folder.resolve("twin.jar"));
    useOnce(); // what is kept once and for all
    long files = openFiles();
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      loaders.add(useOnce());
    }
    assertThat(openFiles()).isEqualTo(files);
    try (Catalog catalog = open()) {
      assertThat(catalog.components(Network.class)).isNotEmpty();
      assertThat(openFiles(jar)).isNotEmpty(); // so that the next line can fail
    }
    assertThat(openFiles(jar)).isEmpty();
    Files.delete(jar);
    long unloaded = ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount();
    for (int i = 0; i < 50 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(loaders).allSatisfy(l -> assertThat(l.get()).isNull());
    // Three classes of acme.jar, and those that twin.jar loaded before it was left out.
    assertThat(ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount() - unloaded)
        .isGreaterThanOrEqualTo(300);
  }

  /** Binds, describes and builds of what is loaded, with JARs beside it that are left out. */
  private WeakReference<ClassLoader> useOnce() {
    try (Catalog catalog = open()) {
      assertThat(catalog.leftOut()).hasSize(3);
      Transform transform = new Binder(catalog).bind("t", "negative", Transform.class);
      Schema.of(new Binder(catalog), transform.getClass());
      return new WeakReference<>(transform.getClass().getClassLoader());
    }
  }

  /** How many files this process holds open. */
  private static long openFiles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
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
