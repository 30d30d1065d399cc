package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.inference.example.ServiceExample;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/service.md runs, and pictures become what bundles take. */
class ServicePageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "service.md");
  private static final Path CODE =
      Path.of("src", "test", "java", "io", "varve", "inference", "example", "ServiceExample.java");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void showsCodeThatRuns() throws IOException {
    String code = stripped(Files.readString(CODE));
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    assertThat(block.results().count()).isEqualTo(2);
    block
        .reset()
        .results()
        .flatMap(found -> Stream.of(unclosed(stripped(found.group(1))).split("\n\n")))
        .forEach(part -> assertThat(code).contains(part));
    assertThat(code).doesNotContain(stripped("something else"));
  }

  /** Without the braces at its end: the page leaves out what stands before them. */
  private static String unclosed(String code) {
    return code.replaceAll("\\n}$", "");
  }

  private static String stripped(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }

  @Test
  void runs() throws IOException {
    TinyBundle.writePictures(folder);
    BufferedImage grey = picture(2, 2);
    ServiceExample.Results results =
        ServiceExample.run(
            folder, encoded(grey, "png"), encoded(grey, "jpeg"), ForkJoinPool.commonPool());
    assertThat(results.score().bound()).hasSize(2);
    assertThat(results.later().bound()).isEqualTo(results.score().bound());
    assertThat(results.drawn()).hasSize(2);
    assertThat(results.drawn().get(0).getWidth()).isEqualTo(2);
    assertThat(results.first().rows()).isEqualTo(InferenceOptions.of().chunk());
    assertThat(results.metrics().keySet()).contains("bound", "infer", "carry z", "generate");
  }

  @Test
  void takesPicturesAsTheyAre() throws IOException {
    Pictures pictures = new Pictures(1, 2, 2, false);
    BufferedImage grey = picture(2, 2);
    byte[] expected = {0, 1, 40, 41};
    assertThat(pictures.bytes(List.of(grey))).isEqualTo(expected);
    assertThat(pictures.decode(List.of(encoded(grey, "png"), encoded(grey, "png"))))
        .containsExactly(0, 1, 40, 41, 0, 1, 40, 41);
    assertThat(new Pictures(3, 2, 2, false).bytes(List.of(grey)))
        .containsExactly(0, 1, 40, 41, 0, 1, 40, 41, 0, 1, 40, 41);
    Tensor drawn = new Tensor(new long[] {1, 1, 2, 2}, new float[] {0, 1, 40, 41});
    assertThat(pictures.bytes(pictures.images(drawn))).isEqualTo(expected);
    refused(() -> pictures.bytes(List.of(grey, picture(4, 4))), "picture 1: expected 2 x 2 pixels");
    refused(() -> pictures.resizing().bytes(List.of(picture(4, 2))), "crop it");
    refused(() -> pictures.decode(List.of(new byte[3])), "picture 0: ");
    refused(() -> pictures.images(new Tensor(new long[] {1, 4}, new float[4])), "tensor: shape");
    assertThat(pictures.resizing().bytes(List.of(picture(4, 4)))).hasSize(4);
  }

  private static void refused(ThrowingCallable request, String message) {
    assertThatThrownBy(request)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /** Its grey is 40 times the row plus the column. */
  private static BufferedImage picture(int width, int height) {
    BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        grey.getRaster().setSample(x, y, 0, 40 * y + x);
      }
    }
    return grey;
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }
}
