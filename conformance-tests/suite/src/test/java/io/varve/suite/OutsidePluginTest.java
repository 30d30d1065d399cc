package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transform, a prior and a network from a JAR that no module of ours knows. */
final class OutsidePluginTest {
  /** Halves the grey levels' number by dropping the lowest bit. */
  private static final String HALVE =
      """
      package outside;

      import ai.djl.ndarray.NDArray;
      import io.varve.spi.Named;
      import io.varve.spi.Ops;
      import io.varve.spi.Space;
      import io.varve.spi.Transform;
      import org.pf4j.Extension;

      @Extension
      @Named("halve")
      public record Halve() implements Transform {
        @Override
        public NDArray apply(NDArray x, Space space) {
          return x.div(Ops.constant(x, 2)).floor();
        }

        @Override
        public Space space(Space x) {
          return new Space(x.shape(), (x.levels() + 1) / 2);
        }
      }
      """;

  /** Independent Laplace variables; draws by the inverse of their distribution function. */
  private static final String LAPLACE =
      """
      package outside;

      import ai.djl.ndarray.NDArray;
      import ai.djl.ndarray.NDList;
      import io.varve.spi.Distribution;
      import io.varve.spi.Draw;
      import io.varve.spi.Named;
      import io.varve.spi.Ops;
      import io.varve.spi.Parameters;
      import io.varve.spi.Pass;
      import io.varve.spi.Prior;
      import io.varve.spi.Space;
      import java.util.List;
      import org.pf4j.Extension;

      @Extension
      @Named("laplace")
      public record Laplace() implements Prior {
        @Override
        public List<Parameters> parameters(Space event) {
          return List.of();
        }

        @Override
        public Distribution of(Pass pass, Space event, NDList parameters) {
          return new Distribution() {
            @Override
            public Draw draw() {
              NDArray u = pass.noise().uniform(event.shape());
              NDArray centred = u.sub(Ops.constant(u, 0.5));
              NDArray tail = Ops.constant(u, 1).sub(centred.abs().mul(Ops.constant(u, 2)));
              NDArray value = centred.sign().mul(tail.log()).neg();
              return new Draw(value, logProb(value));
            }

            @Override
            public NDArray logProb(NDArray value) {
              return Ops.sumEvent(value.abs().neg().sub(Ops.constant(value, Math.log(2))));
            }

            @Override
            public NDArray mode() {
              NDArray u = pass.noise().uniform(event.shape());
              return u.zerosLike();
            }
          };
        }
      }
      """;

  /** One affine layer, in DJL's own blocks. */
  private static final String AFFINE =
      """
      package outside;

      import ai.djl.ndarray.NDArray;
      import ai.djl.ndarray.NDList;
      import ai.djl.ndarray.types.Shape;
      import ai.djl.nn.Block;
      import ai.djl.nn.LambdaBlock;
      import ai.djl.nn.ParallelBlock;
      import ai.djl.nn.SequentialBlock;
      import ai.djl.nn.core.Linear;
      import io.varve.spi.Named;
      import io.varve.spi.Network;
      import io.varve.spi.Site;
      import java.util.ArrayList;
      import java.util.List;
      import java.util.function.Function;
      import org.pf4j.Extension;

      @Extension
      @Named("affine")
      public record Affine() implements Network {
        @Override
        public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
          List<Block> heads = new ArrayList<>();
          for (Shape output : outputs) {
            heads.add(
                new SequentialBlock()
                    .add(Linear.builder().setUnits(output.size()).build())
                    .add(
                        new LambdaBlock(
                            y -> new NDList(y.head().reshape(new Shape(-1).addAll(output))))));
          }
          return new SequentialBlock()
              .add(new LambdaBlock(Affine::flatten))
              .add(
                  new ParallelBlock(
                      results -> {
                        NDList all = new NDList();
                        results.forEach(all::addAll);
                        return all;
                      },
                      heads));
        }

        private static NDList flatten(NDList inputs) {
          NDList flat = new NDList();
          for (NDArray input : inputs) {
            flat.add(input.reshape(-1, input.getShape().slice(1).size()));
          }
          return flat.size() == 1
              ? flat
              : new NDList(ai.djl.ndarray.NDArrays.concat(flat, 1));
        }
      }
      """;

  private static final String MODEL =
      """
      name: outside
      data: {type: strokes, count: 256, test-count: 64, size: 12}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [6]
            p: laplace
            q: {type: normal, given: [x], network: affine}
          - derived: y
            of: x
            by: halve
            p: {type: discretized-logistic, given: [z], network: affine}
          - observed: x
            p: {type: discretized-logistic, given: [y, z], network: affine}
      training: {epochs: 1, batch: 32, seed: 3}
      export: [bound, infer, generate, carry y z]
      """;

  @TempDir Path folder;

  @Test
  void isNamedTrainedExportedAndNoLongerNeeded() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("mine"));
    Path jar =
        OutsidePlugin.build(
            folder,
            "outside",
            Map.of("outside.Halve", HALVE, "outside.Laplace", LAPLACE, "outside.Affine", AFFINE),
            Map.of());
    Files.move(jar, plugins.resolve("outside.jar"));
    Files.writeString(folder.resolve("m.yaml"), MODEL);

    Cli.succeedHere(folder, "train", "./m.yaml", "--out", "./run", "--plugins", "./mine");
    Cli.succeedHere(folder, "export", "./run", "--out", "./bundle", "--plugins", "./mine");
    aChangedJarIsRefused(plugins);
    Files.delete(plugins.resolve("outside.jar"));

    // In a process that never held the plug-in.
    Cli.Ended scored = Cli.succeed(folder, "score", "bundle", "--json");
    assertThat(scored.json().get("bound").getAsDouble()).isNegative().isFinite();
    Cli.succeedHere(folder, "reconstruct", "./bundle", "--carry", "y,z", "--out", "./r.png");
    Cli.succeedHere(folder, "generate", "./bundle", "-n", "9", "--out", "./g.png");
    assertThat(folder.resolve("g.png")).isNotEmptyFile();

    Cli.Ended refused = Cli.runHere(folder, "resume", "./run");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("no family is named 'laplace'");
  }

  /** Numbers of a run trained with one JAR and measured with another would be those of neither. */
  private void aChangedJarIsRefused(Path plugins) throws IOException {
    Path jar =
        OutsidePlugin.build(
            folder,
            "outside",
            Map.of("outside.Halve", HALVE, "outside.Laplace", LAPLACE, "outside.Affine", AFFINE),
            Map.of("note.txt", new byte[] {1}));
    Files.move(jar, plugins.resolve("outside.jar"), StandardCopyOption.REPLACE_EXISTING);
    for (String[] command :
        new String[][] {
          {"evaluate", "./run"}, {"resume", "./run"}, {"export", "./run", "--out", "./b"}
        }) {
      List<String> words = new ArrayList<>(List.of(command));
      words.addAll(List.of("--plugins", "./mine"));
      Cli.Ended refused = Cli.runHere(folder, words.toArray(String[]::new));
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .containsPattern(
              "varve: \\S*run: plug-in 'outside' is not the one the run was trained with: then"
                  + " \\S+, SHA-256 [0-9a-f]{64}; now \\S+, SHA-256 [0-9a-f]{64}"
                  + " \\(\\S*mine/outside.jar\\); .* --accept-changed-plugins\n");
    }
    String[] accepting = {"evaluate", "./run", "--plugins", "./mine", "--accept-changed-plugins"};
    Cli.succeedHere(folder, accepting);
  }
}
