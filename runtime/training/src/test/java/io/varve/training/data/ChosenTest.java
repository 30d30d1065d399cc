package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.report.metrics.DataPart;
import io.varve.training.data.set.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChosenTest {
  private static final Source STROKES = new Strokes(8, 8, 8, 0);

  @TempDir Path folder;

  @Test
  void takesEveryImageThatIsHandedIn() throws IOException {
    for (String name : List.of("c.png", "a.png", "b/d.png")) {
      DataFiles.image(folder.resolve(name), "png", 2, new int[4]);
    }
    Files.writeString(folder.resolve("notes.txt"), "x");
    for (Source source : List.of(Images.of("elsewhere", 3), STROKES, new Idx("elsewhere"))) {
      Chosen chosen = handedIn(source, folder, Optional.empty());
      assertThat(names(chosen)).containsExactly("a.png", "b/d.png", "c.png");
      assertThat(chosen.notes())
          .containsExactly(folder + ": left out: 1 file of another kind (notes.txt)");
      Chosen one = handedIn(source, folder.resolve("a.png"), Optional.empty());
      assertThat(names(one)).containsExactly("a.png");
      assertThat(one.notes()).isEmpty();
    }
    Chosen part = handedIn(STROKES, folder, Optional.of(DataPart.TEST));
    assertThat(part.images().size()).isLessThan(3);
    assertThat(part.notes().get(0))
        .startsWith(folder + ": has no folders train and test; these are ")
        .endsWith(
            " of its 3 images, as the model's test-fraction divides them; without --split all are used");
  }

  @Test
  void takesOnePartOfTwo() throws IOException {
    DataFiles.image(folder.resolve("Train/a.png"), "png", 2, new int[4]);
    DataFiles.image(folder.resolve("Test/b.png"), "png", 2, new int[4]);
    Chosen test = handedIn(STROKES, folder, Optional.empty());
    assertThat(names(test)).containsExactly("Test/b.png");
    assertThat(test.notes())
        .containsExactly(folder + ": has two parts; these are its test images; --split chooses");
    Chosen train = handedIn(STROKES, folder, Optional.of(DataPart.TRAIN));
    assertThat(names(train)).containsExactly("Train/a.png");
    assertThat(train.notes()).isEmpty();
    assertThat(names(Images.of(folder.toString(), 3).whole()))
        .containsExactly("Test/b.png", "Train/a.png");
  }

  @Test
  void takesFilesOfTheSourcesOwnKind() throws IOException {
    byte[] file = DataFiles.idx(0x803, DataFiles.random(24, 1), 2, 4, 3);
    Path test = folder.resolve("t10k-images-idx3-ubyte");
    Files.write(test, file);
    Source idx = new Idx("elsewhere");
    assertThat(handedIn(idx, folder, Optional.empty()).images().size()).isEqualTo(2);
    Path any = Files.write(folder.resolve("mine.bin"), file);
    assertThat(handedIn(idx, any, Optional.empty()).images().size()).isEqualTo(2);
    Path cifar = Files.write(folder.resolve("x.bin"), DataFiles.cifar(new byte[3 * 3072]));
    assertThat(handedIn(new Cifar10("x"), cifar, Optional.empty()).images().size()).isEqualTo(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handedIn(idx, folder.resolve("nowhere"), Optional.empty()))
        .withMessageContaining("found nothing");
  }

  private static Chosen handedIn(Source source, Path place, Optional<DataPart> part) {
    return source.handedIn(place.toString(), 3).chosen(part, DataPart.TEST);
  }

  private static List<String> names(Chosen chosen) {
    return chosen.images().items().stream().map(Item::name).toList();
  }
}
