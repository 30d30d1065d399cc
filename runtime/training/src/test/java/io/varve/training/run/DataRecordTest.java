package io.varve.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.training.data.Images;
import io.varve.training.data.Source;
import io.varve.training.data.Strokes;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataRecordTest {
  @TempDir Path folder;
  private Path run;
  private Path pictures;

  @BeforeEach
  void make() throws IOException {
    run = Files.createDirectories(folder.resolve("runs/one"));
    pictures = folder.resolve("pictures");
    for (String name : List.of("train/a.png", "train/b.png", "test/c.png")) {
      picture(name, 4);
    }
    DataRecord.write(run, source(), source().open());
  }

  @Test
  void saysNothingWhereNothingHasChanged() {
    assertThat(notes()).isEmpty();
    DataRecord.require(run, source().open(), note -> {});
  }

  @Test
  void saysWhichFilesAreGoneAndNew() throws IOException {
    picture("train/d.png", 4);
    Files.delete(pictures.resolve("train/a.png"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataRecord.require(run, source().open(), note -> {}))
        .withMessageMatching(
            ".*one: the data are not those it was trained on: 3 files or parts then, 3 now; 1 gone \\(train/a.png of the train part, \\d+ bytes\\); 1 new \\(train/d.png of the train part, \\d+ bytes\\); put them back, or go on with these by --accept-changed-data");
    assertThat(notes()).hasSize(1);
    DataRecord.write(run, source(), source().open());
    assertThat(notes()).isEmpty();
  }

  @Test
  void noticesAnotherFileOfTheSameName() throws IOException {
    picture("train/b.png", 64);
    assertThat(notes().get(0)).contains("1 gone (train/b.png of", "1 new (train/b.png");
  }

  @Test
  void knowsImagesThatAreNoFilesByTheirPixels() {
    Source strokes = new Strokes(8, 8, 8, 0);
    DataRecord.write(run, strokes, strokes.open());
    List<String> notes = new ArrayList<>();
    DataRecord.note(run, strokes.open(), notes::add);
    assertThat(notes).isEmpty();
    DataRecord.note(run, new Strokes(8, 8, 8, 1).open(), notes::add);
    assertThat(notes.get(0)).contains("2 gone (train 8 images [1, 8, 8], SHA-256 ");
    assertThat(DataRecord.folder(run)).isEmpty();
  }

  @Test
  void acceptsARunOfAnEarlierVersion() throws IOException {
    Files.delete(run.resolve("data.json"));
    List<String> notes = new ArrayList<>();
    DataRecord.require(run, source().open(), notes::add);
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0)).contains("an earlier version made this run and recorded no data");
  }

  @Test
  void findsTheFolderWhereItWasOrBesideTheRun() throws IOException {
    assertThat(DataRecord.folder(run)).hasValue(pictures.toString());
    Path moved = folder.resolve("moved");
    Files.createDirectories(moved.resolve("runs"));
    Files.move(run, moved.resolve("runs/one"));
    Files.move(pictures, moved.resolve("pictures"));
    Optional<String> found = DataRecord.folder(moved.resolve("runs/one"));
    assertThat(found).hasValue(moved.resolve("pictures").toString());
    Files.move(moved.resolve("pictures"), folder.resolve("elsewhere"));
    assertThat(DataRecord.folder(moved.resolve("runs/one"))).hasValue(pictures.toString());
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    DataRecord.note(run, source().open(), notes::add);
    return notes;
  }

  private Source source() {
    return Images.of(pictures.toString(), 3);
  }

  private void picture(String name, int side) throws IOException {
    Path file = pictures.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(side, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 4 * side; i++) {
      image.setRGB(i / 4, i % 4, i * i * 7919);
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
