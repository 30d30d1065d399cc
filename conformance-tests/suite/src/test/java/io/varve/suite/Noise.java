package io.varve.suite;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Data sets of noise in the formats of real ones, for models that only have to run. */
final class Noise {
  private static final int CELEBA_WIDTH = 178;
  private static final int CELEBA_HEIGHT = 218;

  private Noise() {}

  /** CIFAR-10's binary format: 3,072 pixels of 256 levels each, the same images to test on. */
  static void cifar10(Path folder, int images) throws IOException {
    byte[] records = new byte[images * 3073];
    new Random(1).nextBytes(records);
    for (int i = 0; i < images; i++) {
      records[i * 3073] = (byte) (i % 10);
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve("data_batch_1.bin"), records);
    Files.write(folder.resolve("test_batch.bin"), records);
  }

  /** A folder of PNG files as large as CelebA's. */
  static void images(Path folder, int images) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(2);
    BufferedImage image =
        new BufferedImage(CELEBA_WIDTH, CELEBA_HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < images; i++) {
      int[] rgb = random.ints((long) CELEBA_WIDTH * CELEBA_HEIGHT, 0, 1 << 24).toArray();
      image.setRGB(0, 0, CELEBA_WIDTH, CELEBA_HEIGHT, rgb, 0, CELEBA_WIDTH);
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
  }

  /** The data set that a model file asks for by its {@code type}. */
  static void of(String yaml, Path folder, int images) throws IOException {
    if (yaml.contains("type: cifar10")) {
      cifar10(folder, images);
    } else {
      images(folder, images);
    }
  }
}
