package io.varve.app.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.report.picture.PictureBatch;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

class PictureFolderTest {
  @TempDir private Path folder;

  @Test
  void writesAFileOfEachPicture() throws IOException {
    PictureFolder pictures = PictureFolder.make(folder.resolve("new").resolve("folder"));
    PictureBatch.Size grey = new PictureBatch.Size(1, 1, 2, 256);
    pictures.add(PictureBatch.of(new byte[] {7, (byte) 200, 8, 9}, grey));
    PictureBatch.Size colours = new PictureBatch.Size(3, 1, 1, 256);
    pictures.add(PictureBatch.of(new byte[] {1, 2, 3}, colours));
    Path made = folder.resolve("new").resolve("folder");
    try (Stream<Path> files = Files.list(made)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("000000.png", "000001.png", "000002.png");
    }
    BufferedImage first = ImageIO.read(made.resolve("000000.png").toFile());
    assertThat(first.getRaster().getNumBands()).isEqualTo(1);
    assertThat(first.getRaster().getSample(0, 0, 0)).isEqualTo(7);
    assertThat(first.getRaster().getSample(1, 0, 0)).isEqualTo(200);
    BufferedImage last = ImageIO.read(made.resolve("000002.png").toFile());
    assertThat(last.getRGB(0, 0)).isEqualTo(0xFF010203);
  }

  @Test
  void namesPicturesAfterTheFilesTheyAreMadeFrom() throws IOException {
    PictureBatch.Size grey = new PictureBatch.Size(1, 1, 1, 256);
    PictureFolder pictures = PictureFolder.make(folder);
    pictures.add(
        PictureBatch.of(new byte[] {1, 2, 3}, grey), List.of("a/b.png", "a/b.jpg", "c.PNG"));
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()))
          .containsExactlyInAnyOrder("a/b.png", "a/b.jpg.png", "c.PNG");
    }
  }

  @Test
  void replacesNothing() throws IOException {
    Files.writeString(folder.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> PictureFolder.make(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a new or empty folder");
    assertThatThrownBy(() -> PictureFolder.make(folder.resolve("mine.txt")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(folder.resolve("mine.txt") + ": cannot be written: ");
  }

  @Test
  void tellsFoldersFromFiles() {
    PicturesOption.Converter converter = new PicturesOption.Converter();
    assertThat(converter.convert("a/b/")).isEqualTo(new PicturesOption.Place(Path.of("a/b"), true));
    assertThat(converter.convert(folder.toString()).folder()).isTrue();
    assertThat(converter.convert("a.PNG"))
        .isEqualTo(new PicturesOption.Place(Path.of("a.PNG"), false));
    assertThatThrownBy(() -> converter.convert("a.jpg"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("end the name in .png, or in / for one file per picture");
  }
}
