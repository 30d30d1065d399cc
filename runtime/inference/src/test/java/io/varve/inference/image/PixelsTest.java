package io.varve.inference.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PixelsTest {
  /** A line of {@code pictures.txt}, which {@code pictures.py} beside it writes with Pillow. */
  record Picture(String name, int width, int height, String pixels, String base64) {
    static Picture of(String line) {
      String[] words = line.split(" ", -1);
      return new Picture(
          words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]), words[3], words[4]);
    }

    byte[] file() {
      return Base64.getDecoder().decode(base64);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Picture> pictures() throws IOException {
    List<Picture> pictures = new ArrayList<>();
    try (InputStream in = PixelsTest.class.getResourceAsStream("pictures.txt")) {
      new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .forEach(line -> pictures.add(Picture.of(line)));
    }
    assertThat(pictures).hasSizeGreaterThan(140);
    return pictures;
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void readsWhatPillowReads(Picture picture) {
    if (picture.pixels().equals("-")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Pixels.decode(picture.file()))
          .withMessageStartingWith("expected a whole PNG or JPEG image, found '");
      return;
    }
    Pixels pixels = Pixels.decode(picture.file()).withChannels(3);
    assertThat(pixels.width()).isEqualTo(picture.width());
    assertThat(pixels.height()).isEqualTo(picture.height());
    assertThat(pixels.planes()).isEqualTo(Base64.getDecoder().decode(picture.pixels()));
  }

  @Test
  void namesWhatItRefuses() throws IOException {
    assertRefused("refused-gif", "a GIF image");
    assertRefused("refused-webp", "a WebP image");
    assertRefused("refused-tiff", "a TIFF image");
    assertRefused("refused-bmp", "a BMP image");
    assertRefused("refused-12-bit", "a JPEG image of 12 bits a sample");
    assertRefused("refused-empty", "9 x 0 pixels (width x height)");
    assertRefused("refused-huge-png", "3600000000 pixels, more than the 134217728 that are read");
    assertRefused("refused-damaged", "a PNG image with a damaged chunk IDAT");
  }

  private static void assertRefused(String name, String found) throws IOException {
    Picture picture = picture(name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pixels.decode(picture.file()))
        .withMessage(
            "expected a whole PNG or JPEG image, found '%s'; convert, mend or remove it", found);
  }

  @Test
  void takesNoMemoryForPixelsThatCannotBeThere() throws IOException {
    for (String name : List.of("grey-1.png", "jfif-0.jpg")) {
      byte[] file = picture(name).file();
      ByteBuffer bytes = ByteBuffer.wrap(file);
      if (name.endsWith("png")) {
        bytes.putInt(16, 11_000).putInt(20, 11_000);
        CRC32 sum = new CRC32();
        sum.update(file, 12, 17);
        bytes.putInt(29, (int) sum.getValue());
      } else {
        int frame = new String(file, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0");
        bytes.putShort(frame + 5, (short) 11_000).putShort(frame + 7, (short) 11_000);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Pixels.decode(file))
          .withMessageContaining("11000 x 11000 pixels, more than its data can hold");
    }
  }

  @Test
  void inflatesNoMoreThanTheFront() {
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[1 << 20]);
    deflater.finish();
    byte[] deflated = new byte[1 << 12];
    ByteBuffer data = ByteBuffer.wrap(deflated, 0, deflater.deflate(deflated)).slice();
    assertThat(deflater.finished()).isTrue();
    deflater.end();
    assertThat(Deflated.front(data, 100_000)).contains(ByteBuffer.allocate(100_000));
    assertThat(Deflated.front(data, 0)).contains(ByteBuffer.allocate(0));
    assertThat(Deflated.front(data, 2 << 20)).contains(ByteBuffer.allocate(1 << 20));
    data.put(0, (byte) 0);
    assertThat(Deflated.front(data, 100_000)).isEmpty();
  }

  @Test
  void readsOrRefusesWhateverIsDamaged() throws IOException {
    List<Picture> pictures = pictures();
    Random random = new Random(7);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] file = pictures.get(random.nextInt(pictures.size())).file();
      file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      byte[] damaged = Arrays.copyOf(file, file.length - (i % 3 == 0 ? random.nextInt(9) : 0));
      try {
        Pixels.decode(damaged);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("expected a whole PNG or JPEG image, found '");
        refused++;
      }
    }
    assertThat(refused).isBetween(500, 1_999);
  }

  private static Picture picture(String name) throws IOException {
    return pictures().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void tellsProfilesAndTransparency() throws IOException {
    for (Picture picture : pictures()) {
      if (!picture.pixels().equals("-")) {
        Header header = Header.of(picture.file());
        assertThat(header.profiled())
            .as(picture.name())
            .isEqualTo(picture.name().contains("profile") && !picture.name().contains("srgb"));
        assertThat(header.transparent())
            .as(picture.name())
            .isEqualTo(picture.name().matches(".*(alpha|transparent).*"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void takesThePicturesOfTheJdk(int type) {
    BufferedImage image = new BufferedImage(3, 2, type);
    for (int i = 0; i < 6; i++) {
      image.setRGB(i % 3, i / 3, 0xff000000 | (40 * i) << 16 | (30 * i + 1) << 8 | (20 * i + 2));
    }
    Pixels pixels = Pixels.of(image);
    assertThat(pixels.channels()).isEqualTo(3);
    for (int i = 0; i < 6; i++) {
      assertThat(pixels.planes()[i] & 0xff).isEqualTo(40 * i);
      assertThat(pixels.planes()[6 + i] & 0xff).isEqualTo(30 * i + 1);
      assertThat(pixels.planes()[12 + i] & 0xff).isEqualTo(20 * i + 2);
    }
  }

  @Test
  void takesGreyAsItIsStored() {
    BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 256; i++) {
      grey.getRaster().setSample(i, 0, 0, i);
      deep.getRaster().setSample(i, 0, 0, i << 8 | 0xa5);
    }
    assertThat(Pixels.of(deep).planes()).isEqualTo(Pixels.of(grey).planes());
    assertThat(Pixels.of(grey).planes()[200]).isEqualTo((byte) 200);
    BufferedImage cut = grey.getSubimage(100, 0, 2, 1);
    assertThat(Pixels.of(cut).planes()).containsExactly(100, 101);
  }

  @Test
  void refusesPicturesThatAreNeitherGreyNorRgb() {
    ColorSpace lab = ColorSpace.getInstance(ColorSpace.CS_CIEXYZ);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pixels.of(picture(lab, DataBuffer.TYPE_BYTE)))
        .withMessage(
            "expected a picture in RGB or grey, found 3 channels of another kind; convert it to RGB");
    ColorSpace rgb = ColorSpace.getInstance(ColorSpace.CS_sRGB);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pixels.of(picture(rgb, DataBuffer.TYPE_FLOAT)))
        .withMessage("expected samples of 8 or 16 bits, found 32; convert the picture");
  }

  private static BufferedImage picture(ColorSpace colours, int type) {
    ColorModel model = new ComponentColorModel(colours, false, false, ColorModel.OPAQUE, type);
    return new BufferedImage(
        model,
        Raster.createWritableRaster(new BandedSampleModel(type, 2, 2, 3), new Point(0, 0)),
        false,
        null);
  }

  @Test
  void cutsAWindowOutOfEveryChannel() {
    byte[] planes = new byte[3 * 4 * 5];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = (byte) i;
    }
    Pixels window = new Pixels(planes, 3, 4, 5).window(1, 2, 3, 2);
    assertThat(window.planes())
        .containsExactly(11, 12, 13, 16, 17, 18, 31, 32, 33, 36, 37, 38, 51, 52, 53, 56, 57, 58);
  }

  @Test
  void weighsColoursAsPillowDoes() {
    byte[] planes = {
      (byte) 255, 0, 0, (byte) 255, 0, (byte) 255, 0, (byte) 255, 0, 0, (byte) 255, (byte) 255
    };
    assertThat(new Pixels(planes, 3, 2, 2).withChannels(1).planes())
        .containsExactly((byte) 76, (byte) 150, (byte) 29, (byte) 255);
  }
}
