package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.varve.training.data.set.Item;
import io.varve.training.data.set.Splits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
  @TempDir Path folder;

  private final LeftOut leftOut = new LeftOut();

  @Test
  void findsPicturesInDepthByCodePoint() throws IOException {
    // As UTF-16 the last comes before the one above it; e with an accent comes in two forms.
    touch("b/c.JPEG", "a.PNG", "Z.jpg", "b-1.png", "e\u0301.png", "\uff5e.png", "\ud83d\ude00.jpe");
    assertThat(names())
        .containsExactly(
            "Z.jpg",
            "a.PNG",
            "b-1.png",
            "b/c.JPEG",
            "\u00e9.png",
            "\uff5e.png",
            "\ud83d\ude00.jpe");
    assertThat(leftOut.line(folder)).isEmpty();
  }

  @Test
  void countsWhatItLeavesOut() throws IOException {
    touch("a.png", "._a.png", ".ipynb_checkpoints/a.png", "__MACOSX/a.png", "Thumbs.db");
    touch("labels.csv", "notes.txt", "run/run.json", "run/samples/s.png", "old/run.lock");
    touch("bundle/manifest.json", "bundle/bound.onnx", "bundle/x.png", "empty/none.txt");
    touch("foreign/manifest.json", "foreign/b.png");
    assertThat(names()).containsExactly("a.png", "foreign/b.png");
    assertThat(leftOut.line(folder))
        .hasValue(
            folder
                + ": left out: 4 hidden names (._a.png, ...), 4 files of other kinds (empty/none.txt, ...), 3 folders that Varve wrote (bundle, ...)");
  }

  @Test
  void refusesPicturesThatItCannotRead() throws IOException {
    touch("a.png", "b/c.webp", "d.TIFF");
    assertThatIllegalArgumentException()
        .isThrownBy(this::names)
        .withMessageContainingAll("kinds that are not read: 2, such as b/c.webp;", "PNG");
  }

  @Test
  void refusesARunOrABundle() throws IOException {
    touch("run.json", "samples/a.png");
    assertThatIllegalArgumentException()
        .isThrownBy(this::names)
        .withMessageContaining("is a run or a bundle of Varve, expected a folder of pictures");
  }

  @Test
  void followsLinksButNotInCircles() throws IOException {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"));
    touch("a/b.png");
    Files.createSymbolicLink(folder.resolve("a/up"), folder);
    Files.createSymbolicLink(folder.resolve("c"), folder.resolve("a"));
    assertThat(names()).containsExactly("a/b.png", "c/b.png");
    assertThat(leftOut.line(folder).orElseThrow()).contains("left out: 2 links back (a/up/, ...)");
    Files.createSymbolicLink(folder.resolve("gone.png"), folder.resolve("nowhere"));
    assertThatIllegalArgumentException()
        .isThrownBy(this::names)
        .withMessageContainingAll("gone.png: cannot be read", "no such file");
  }

  @Test
  void saysWhyThereAreNone() throws IOException {
    touch("notes.txt", ".hidden.png");
    assertThatIllegalArgumentException()
        .isThrownBy(this::names)
        .withMessageContainingAll(
            "expected .png, .jpg or .jpeg files, found none", "1 hidden name (.hidden.png)");
  }

  @Test
  void takesThePartsWhateverTheirCase() throws IOException {
    for (List<String> names :
        List.of(
            List.of("Train", "TEST"), List.of("TRAINING", "Val"), List.of("train", "validation"))) {
      Path set = folder.resolve(names.get(1));
      DataFiles.image(set.resolve(names.get(0)).resolve("cat/a.png"), "png", 2, new int[4]);
      DataFiles.image(set.resolve(names.get(1)).resolve("a.png"), "png", 2, new int[4]);
      DataFiles.image(set.resolve("more/a.png"), "png", 2, new int[4]);
      Splits splits = Images.of(set.toString(), 3).open();
      assertThat(splits.train().items().get(0).name()).isEqualTo(names.get(0) + "/cat/a.png");
      assertThat(splits.test().items().get(0).name()).isEqualTo(names.get(1) + "/a.png");
      assertThat(splits.notes())
          .containsExactly(set + ": left out: 1 name beside the two parts (more)");
    }
    DataFiles.image(folder.resolve("Val/test/a.png"), "png", 2, new int[4]);
    assertThat(Images.of(folder.resolve("Val").toString(), 3).open().test().items().get(0).name())
        .isEqualTo("test/a.png");
  }

  @Test
  void refusesOnePartTwice() throws IOException {
    touch("train/a.png", "training/a.png", "test/a.png");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.of(folder.toString(), 3).open())
        .withMessageContaining("has [train, training], which mean the same part");
  }

  private List<String> names() {
    return PictureFolder.pictures(folder, "", leftOut).stream()
        .map(PictureFile::item)
        .map(Item::name)
        .toList();
  }

  private void touch(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
  }
}
