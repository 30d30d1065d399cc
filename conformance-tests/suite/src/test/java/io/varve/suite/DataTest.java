package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which images commands take, and what they say of those that they do not. */
final class DataTest {
  private static final int TRAINED_ON = 20;

  @TempDir static Path folder;

  @BeforeAll
  static void train() throws IOException {
    for (int i = 0; i < TRAINED_ON; i++) {
      picture("pics/%02d.png".formatted(i), i);
    }
    Files.writeString(
        folder.resolve("model.yaml"),
        """
        name: tiny
        data: {type: images, path: '%s', channels: 3}
        model:
          type: graph
          nodes:
            - latent: z
              shape: [2]
              p: standard-normal
              q: {type: normal, given: [x], network: {type: mlp, hidden: [4]}}
            - observed: x
              p: {type: discretized-logistic, given: [z], network: {type: mlp, hidden: [4]}}
        training: {epochs: 1, batch: 8}
        export: [bound, infer, carry z, generate]
        """
            .formatted(folder.resolve("pics")));
    Cli.succeedHere(folder, "train", "./model.yaml", "--out", "./run");
    Cli.succeedHere(folder, "export", "./run", "--out", "./bundle");
  }

  @Test
  void scoresEveryImageByName() throws IOException {
    for (String name : List.of("c.png", "a.png", "sub/=1+1.png", "b,\"q\".png", "d;=1.png")) {
      picture("new/" + name, name.length());
    }
    Files.writeString(folder.resolve("new/notes.txt"), "x");
    Cli.Ended ended =
        Cli.succeedHere(
            folder, "score", "./bundle", "--data", "./new", "--csv", "./s.csv", "--json");
    assertThat(ended.json().get("images").getAsInt()).isEqualTo(5);
    assertThat(ended.err()).contains("note: ", "left out: 1 file of another kind (notes.txt)");
    List<String> lines = Files.readAllLines(folder.resolve("s.csv"));
    assertThat(lines.get(0)).startsWith("image,bound,bits_per_dim,").endsWith(",file");
    assertThat(lines.subList(1, 6))
        .map(line -> line.replaceFirst("(?:[^,]*,){%d}".formatted(commas(lines.get(0))), ""))
        .containsExactly("a.png", "\"b,\"\"q\"\".png\"", "c.png", "\"d;=1.png\"", "sub/=1+1.png");
    Cli.succeedHere(folder, "score", "./bundle", "--data", "./new/a.png", "--csv", "./one.csv");
    assertThat(Files.readAllLines(folder.resolve("one.csv")).get(1)).isEqualTo(lines.get(1));
  }

  private static int commas(String line) {
    return (int) line.chars().filter(c -> c == ',').count();
  }

  @Test
  void reconstructsEveryImageByName() throws IOException {
    for (int i = 0; i < 18; i++) {
      picture("these/%d/a.png".formatted(i), i);
    }
    Files.createDirectories(folder.resolve("rec"));
    Cli.Ended ended =
        Cli.succeedHere(
            folder, "reconstruct", "./bundle", "--data", "./these", "--out", "./rec", "--json");
    assertThat(ended.json().get("images").getAsInt()).isEqualTo(18);
    for (int i = 0; i < 18; i++) {
      assertThat(folder.resolve("rec/%d/a.png".formatted(i))).isNotEmptyFile();
    }
    Cli.Ended sheet =
        Cli.succeedHere(
            folder, "reconstruct", "./bundle", "--data", "./these", "--out", "./rec.png");
    assertThat(sheet.err()).contains("note: the first 16 of 18 images; -n says how many");
  }

  /** Whatever native code does at that moment. */
  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no such signal
  void endsAtOnceWhenAskedTo() throws Exception {
    Process process = Cli.start(folder, "generate", "bundle", "-n", "100000000", "--out", "many/");
    Path first = folder.resolve("many/000000.png");
    while (process.isAlive() && !Files.exists(first)) {
      Thread.sleep(10);
    }
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("hs_err"));
    }
  }

  @Test
  void evaluatesWhatIsHandedInAndSaysWhatHasChanged() throws IOException {
    for (int i = 0; i < 3; i++) {
      picture("more/%d.png".formatted(i), 50 + i);
    }
    for (String what : List.of("./run", "./bundle")) {
      Cli.Ended more = Cli.succeedHere(folder, "evaluate", what, "--data", "./more", "--json");
      assertThat(more.json().get("images").getAsInt()).isEqualTo(3);
    }
    assertThat(Cli.succeedHere(folder, "evaluate", "./run").err()).doesNotContain("note:");
    picture("pics/added.png", 99);
    try {
      assertThat(Cli.succeedHere(folder, "evaluate", "./run").err())
          .contains("note: ", "20 files or parts then, 21 now; 1 new (", "added.png");
      Cli.Ended resumed = Cli.runHere(folder, "resume", "./run");
      assertThat(resumed.code()).isEqualTo(2);
      assertThat(resumed.err()).contains("1 new (", "--accept-changed-data");
    } finally {
      Files.delete(folder.resolve("pics/added.png"));
    }
    Cli.succeedHere(folder, "resume", "./run");
  }

  @Test
  void leavesNoRunBehindWhereATestImageIsDamaged() throws IOException {
    picture("broken/train/a.png", 1);
    picture("broken/test/a.png", 2);
    Files.write(folder.resolve("broken/test/b.png"), new byte[] {1, 2, 3});
    Cli.Ended ended =
        Cli.runHere(folder, "train", "./model.yaml", "--data", "./broken", "--out", "./none");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("b.png: expected a whole PNG or JPEG image").hasLineCount(1);
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void expandsTheHomeFolder() throws IOException {
    String home = System.setProperty("user.home", folder.toString());
    try {
      Cli.Ended train =
          Cli.runHere(folder, "train", "./model.yaml", "--data=~/pics", "--out=~/home/run");
      assertThat(train.code()).as(train.err()).isZero();
      assertThat(folder.resolve("home/run/model.yaml")).content().contains("~/pics");
      Cli.succeedHere(folder, "evaluate", "./home/run");
      System.setProperty("user.home", "?");
      for (String option : List.of("--out=~/run", "--data=~/pics")) {
        Cli.Ended refused = Cli.runHere(folder, "train", "./model.yaml", option);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
            .contains(": this user has no home folder; write the whole path in place of '~'")
            .doesNotContain("Exception")
            .hasLineCount(1);
      }
    } finally {
      System.setProperty("user.home", home);
    }
    try (Stream<Path> here = Files.list(Path.of(""))) {
      assertThat(here).noneMatch(file -> file.toString().startsWith("~"));
    }
  }

  private static void picture(String name, long seed) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 6, 6, new Random(seed).ints(36, 0, 1 << 24).toArray(), 0, 6);
    ImageIO.write(image, "png", file.toFile());
  }
}
