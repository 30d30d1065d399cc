package io.varve.training.data;

import io.varve.training.data.set.Split;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Writes the data files of tests, byte by byte as their formats say. */
public final class DataFiles {
  private DataFiles() {}

  public static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** An IDX file: magic number, dimensions, payload. */
  static byte[] idx(int magic, byte[] payload, int... dimensions) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(magic);
    for (int dimension : dimensions) {
      out.writeInt(dimension);
    }
    out.write(payload);
    return bytes.toByteArray();
  }

  /** CIFAR-10 records with these pixels (3072 each) and labels 0, 1, ..., 9, 0, ... */
  static byte[] cifar(byte[] pixels) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = 0; at < pixels.length; at += 3072) {
      bytes.write(at / 3072 % 10);
      bytes.write(pixels, at, 3072);
    }
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Writes an image whose pixel (x, y) has the given packed RGB values, row by row. */
  static void image(Path file, String format, int width, int[] rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, rgb.length / width, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, rgb.length / width, rgb, 0, width);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, format, file.toFile());
  }

  static int[] randomRgb(int count, long seed) {
    return new Random(seed).ints(count, 0, 1 << 24).toArray();
  }

  public static byte[] read(Split split, int index) {
    byte[] image = new byte[split.imageBytes()];
    split.read(index, image, 0);
    return image;
  }
}
