package io.varve.report.tensorboard;

import static io.varve.report.tensorboard.EventReader.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.report.SampleRuns;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Point;
import io.varve.report.picture.PictureGrid;
import io.varve.report.picture.Png;
import io.varve.report.tensorboard.EventReader.Field;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
  /** Longer than two bytes of a varint. */
  private static final long LARGE_STEP = 300_000_000_000L;

  @TempDir Path folder;

  @Test
  void readerKnowsTheCheckValueOfCrc32c() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(EventReader.checksum(digits)).isEqualTo(0xE3069283);
  }

  @Test
  void startsWithVersionAndSession() throws IOException {
    long before = System.currentTimeMillis() / 1000;
    new TensorBoard(folder, 100, 1).close();
    List<List<Field>> events = EventReader.events(only(DataPart.TRAIN));
    assertThat(events).hasSize(2);
    assertThat(field(events.get(0), 3).text()).isEqualTo("brain.Event:2");
    assertThat(Double.longBitsToDouble(field(events.get(0), 1).bits()))
        .isBetween((double) before, before + 60.0);
    // SessionLog.START at step 101: readers drop what a killed run wrote from there on.
    assertThat(field(events.get(1), 2).bits()).isEqualTo(101);
    assertThat(field(field(events.get(1), 7).message(), 1).bits()).isEqualTo(1);
    assertThat(only(DataPart.TEST).getFileName().toString())
        .matches("events\\.out\\.tfevents\\.\\d{10}\\.[A-Za-z0-9-]+\\.varve");
  }

  @Test
  void addsEveryNumberOfAPoint() throws IOException {
    Point point = SampleRuns.point(LARGE_STEP, DataPart.TRAIN);
    try (TensorBoard board = new TensorBoard(folder, 0, 2)) {
      board.add(SampleRuns.bound(point, Double.NaN));
      board.add(SampleRuns.point(7, DataPart.TEST));
    }
    List<Field> event = EventReader.events(only(DataPart.TRAIN)).get(2);
    assertThat(field(event, 2).bits()).isEqualTo(LARGE_STEP);
    Map<String, Float> scalars = scalars(event);
    assertThat(scalars)
        .containsEntry("bound/nats", Float.NaN)
        .containsEntry("optimiser/rate", (float) point.state().rate())
        .containsEntry("terms/kl.z2", point.score().terms().get("kl.z2").floatValue())
        .hasSize(10);
    Map<String, Float> test = scalars(EventReader.events(only(DataPart.TEST)).get(2));
    assertThat(test.keySet())
        .containsExactly(
            "bound/nats", "bound/bits_per_dim", "terms/kl.z1", "terms/kl.z2", "terms/log_p.x");
  }

  @Test
  void addsPictures() throws IOException {
    Png png = PictureGrid.samples(SampleRuns.blobs(6, 2), 3);
    try (TensorBoard board = new TensorBoard(folder, 0, 2)) {
      board.image("samples", 12, png);
    }
    List<Path> pictures = files("pictures");
    assertThat(pictures).hasSize(1);
    List<Field> summary = field(EventReader.events(pictures.get(0)).get(2), 5).message();
    List<Field> value = field(summary, 1).message();
    assertThat(field(value, 1).text()).isEqualTo("samples");
    List<Field> image = field(value, 4).message();
    assertThat(field(image, 1).bits()).isEqualTo(png.height());
    assertThat(field(image, 2).bits()).isEqualTo(png.width());
    assertThat(field(image, 3).bits()).isEqualTo(4); // RGBA
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(field(image, 4).bytes()));
    assertThat(decoded.getWidth()).isEqualTo(png.width());
  }

  @Test
  void keepsThePicturesOfTheLastStepsAndEveryOtherFile() throws IOException {
    Png png = PictureGrid.samples(SampleRuns.blobs(6, 2), 3);
    Path own = Files.createDirectories(folder.resolve("pictures")).resolve("events.out.mine");
    Files.writeString(own, "a user's");
    try (TensorBoard board = new TensorBoard(folder, 0, 2)) {
      for (int step = 1; step <= 5; step++) {
        board.image("samples", step, png);
        board.image("reconstructions", step, png);
      }
    }
    List<Path> files = files("pictures");
    assertThat(files).hasSize(3).contains(own);
    files.remove(own);
    for (int i = 0; i < 2; i++) {
      List<List<Field>> events = EventReader.events(files.get(i));
      assertThat(events).hasSize(4); // version, start of session, two pictures
      assertThat(field(events.get(3), 2).bits()).isEqualTo(4L + i);
    }
  }

  @Test
  void startsALaterFileForEveryResume() throws IOException {
    for (int i = 0; i < 3; i++) {
      new TensorBoard(folder, i * 10L, 1).close();
    }
    List<Path> files = files(DataPart.TRAIN);
    assertThat(files).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(field(EventReader.events(files.get(i)).get(1), 2).bits()).isEqualTo(i * 10L + 1);
    }
  }

  @Test
  void saysInOneLineThatItCannotWrite() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("board"), "a file");
    assertThatThrownBy(() -> new TensorBoard(inTheWay, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(": cannot be written: ")
        .hasMessageNotContaining("\n");
    Path run = folder.resolve("other");
    Files.createDirectories(run);
    Files.writeString(run.resolve("train"), "a file");
    assertThatThrownBy(() -> new TensorBoard(run, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("train is a file, expected a folder");
  }

  private static Map<String, Float> scalars(List<Field> event) {
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (Field value : field(event, 5).message()) {
      Field number = field(value.message(), 2);
      assertThat(number.wireType()).isEqualTo(5);
      scalars.put(field(value.message(), 1).text(), Float.intBitsToFloat((int) number.bits()));
    }
    return scalars;
  }

  private Path only(DataPart split) throws IOException {
    assertThat(files(split)).hasSize(1);
    return files(split).get(0);
  }

  private List<Path> files(DataPart split) throws IOException {
    return files(split.label());
  }

  private List<Path> files(String run) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(run))) {
      return files.sorted().collect(Collectors.toCollection(ArrayList::new));
    }
  }
}
