package io.varve.export.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.varve.inference.bundle.Manifest;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.weights.Weights;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Factor;
import io.varve.spi.Likelihood;
import io.varve.spi.Node;
import io.varve.spi.Ops;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An earlier bundle survives whatever becomes of the export that replaces it. */
class BundleExportTest {
  private static final Shape STORED = new Shape(1, 2, 2);

  private static final Encoding ENCODING =
      new Encoding(Encoding.Binarize.NONE, true, Optional.empty());

  /** More moves and deletions than an export needs. */
  private static final int MOST = 60;

  private final NDManager manager = NDManager.newBaseManager();
  private Model model;
  private Weights weights;

  @TempDir private Path folder;
  private Path bundle;

  /** As if the process had been killed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Learned means and unit variance, up to a constant. */
  private record Unit() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return List.of(new Parameters(event.shape(), Initializer.ZEROS));
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      NDArray mean = parameters.head();
      return new Distribution() {
        @Override
        public Draw draw() {
          NDArray value = pass.noise().normal(event.shape()).add(mean);
          return new Draw(value, logProb(value));
        }

        @Override
        public NDArray logProb(NDArray value) {
          return Ops.sumEvent(value.sub(mean).square()).neg();
        }

        @Override
        public NDArray mode() {
          return mean;
        }
      };
    }
  }

  @BeforeEach
  void exportOnce() {
    Factor p = new Factor(List.of(), new Unit(), Optional.empty(), List.of());
    model = Model.of(x -> List.of(new Node.Observed("x", p)), ENCODING.space(STORED), 1);
    weights = Weights.initialize(model, manager);
    bundle = folder.resolve("bundle");
    export("first", List.of("generate"), bundle);
  }

  @AfterEach
  void close() {
    weights.close();
    manager.close();
  }

  private void export(String name, List<String> entries, Path to) {
    BundleExport.export(
        new Exported(name, "test", "", model, ENCODING, STORED, weights, weights.flat(), List.of()),
        entries,
        to);
  }

  /** The name of the bundle under its place, whose files are as its manifest says. */
  private String whole() {
    Manifest manifest = Manifest.read(bundle);
    assertThat(Manifest.hashes(bundle)).isEqualTo(manifest.files());
    return manifest.name();
  }

  private List<String> beside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void replacesAnEarlierBundleAndLeavesNothingBesideIt() throws IOException {
    export("second", List.of("generate"), bundle);
    assertThat(whole()).isEqualTo("second");
    assertThat(beside()).containsExactly("bundle");
  }

  /** Whichever move or deletion is the last one, the next export finds a whole bundle. */
  @Test
  void writesTheSameBundleTwice() throws IOException {
    Path again = folder.resolve("again");
    export("first", List.of("generate"), again);
    for (String file : List.of("manifest.json", "parity.safetensors", "weights.safetensors")) {
      assertThat(again.resolve(file)).hasSameBinaryContentAs(bundle.resolve(file));
    }
  }

  @Test
  void losesNoBundleWhenKilled() throws IOException {
    String found = "first";
    for (int last = 0; last < MOST; last++) {
      int kept = last;
      int[] done = {0};
      FaultyFiles files =
          new FaultyFiles(
              paths -> {
                if (done[0]++ >= kept) {
                  throw new Killed();
                }
              });
      boolean killed = false;
      try {
        export("second", List.of("generate"), files.path(bundle));
      } catch (Killed e) {
        killed = true;
      }
      // It is refused, but not before the place is in order.
      assertThatThrownBy(() -> export("third", List.of("nonsense"), bundle))
          .hasMessageContaining("is named 'nonsense'");
      String now = whole();
      assertThat(beside()).as("after " + last).containsExactly("bundle");
      assertThat(now).isIn(found, "second");
      found = now;
      if (!killed) {
        assertThat(found).isEqualTo("second");
        return;
      }
    }
    throw new AssertionError("an export makes more than " + MOST + " moves and deletions");
  }

  @Test
  void putsTheEarlierBundleBackWhereTheNewOneCannotBeMoved() throws IOException {
    FaultyFiles files =
        new FaultyFiles(
            paths -> {
              boolean built = paths.get(0).getFileName().toString().startsWith(".bundle-");
              if (built && paths.size() == 2) {
                throw new IOException("the disk is gone");
              }
            });
    assertThatThrownBy(() -> export("second", List.of("generate"), files.path(bundle)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            bundle + ": cannot be written: the disk is gone. Choose a place that can be written.");
    assertThat(whole()).isEqualTo("first");
    assertThat(beside()).containsExactly("bundle");
  }

  @Test
  void refusesAPlaceThatIsTaken() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    assertThatThrownBy(() -> export("second", List.of("generate"), taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(taken + ": exists and is no bundle; choose another place");
  }

  /** Other names of the bundle's place, and links to it. */
  @Test
  void replacesABundleByWhateverNameItHas() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("bundle"));
    List<Path> names =
        List.of(
            folder.resolve("bundle/."),
            folder.resolve("bundle/../bundle/"),
            folder.resolve("bundle/./../bundle/."),
            link);
    for (Path name : names) {
      export(name.toString(), List.of("generate"), name);
      assertThat(whole()).isEqualTo(name.toString());
      assertThat(beside()).containsExactlyInAnyOrder("bundle", "link");
    }
    assertThat(Files.isSymbolicLink(link)).isTrue();
    Path dangling = Files.createSymbolicLink(folder.resolve("later"), Path.of("new"));
    export("second", List.of("generate"), dangling);
    assertThat(Manifest.read(folder.resolve("new")).name()).isEqualTo("second");
    assertThat(Files.isSymbolicLink(dangling)).isTrue();
  }

  @Test
  void keepsWhatAUserPutIntoOrBesideABundle() throws IOException {
    Files.createDirectory(folder.resolve(".bundle-" + "x".repeat(36)));
    Files.createDirectory(folder.resolve(".bundle.old"));
    Files.createDirectory(folder.resolve(".bundle-123e4567-e89b-12d3-a456-426614174000"));
    export("second", List.of("generate"), bundle);
    assertThat(beside())
        .containsExactlyInAnyOrder("bundle", ".bundle.old", ".bundle-" + "x".repeat(36));
    Path note = Files.writeString(bundle.resolve("note.txt"), "a user's");
    assertThatThrownBy(() -> export("third", List.of("generate"), bundle))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            bundle
                + ": holds files that are not the bundle's: note.txt; move them away, or choose another place");
    assertThat(note).hasContent("a user's");
    Files.delete(note);
    Path empty = Files.createDirectories(bundle.resolve("notes/later"));
    assertThatThrownBy(() -> export("third", List.of("generate"), bundle))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("files that are not the bundle's: notes/later/; move them away");
    assertThat(empty).exists();
    assertThat(Manifest.read(bundle).name()).isEqualTo("second");
  }

  @Test
  void refusesAPlaceThatAnotherExportWritesTo() throws IOException {
    try (BundlePlace place = new BundlePlace(bundle)) {
      Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("bundle"));
      assertThatThrownBy(() -> export("second", List.of("generate"), link))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(link + ": another export writes to it; wait for it, or choose another");
      assertThat(place.building()).exists();
    }
    assertThat(whole()).isEqualTo("first");
    export("second", List.of("generate"), bundle);
    assertThat(beside()).containsExactlyInAnyOrder("bundle", "link");
  }
}
