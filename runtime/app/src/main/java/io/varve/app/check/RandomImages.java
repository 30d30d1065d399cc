package io.varve.app.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Files of random pixels in the forms of MNIST and CIFAR-10: to measure with, where the data are
 * not at hand.
 */
final class RandomImages {
  private static final int TRAIN = 1024;
  private static final int TEST = 128;
  private static final int IDX_IMAGES = 0x803;
  private static final int IDX_SIDE = 28;
  private static final int CIFAR_BYTES = 3 * 32 * 32;

  private RandomImages() {}

  /** Writes both parts of a data set of a type, {@code idx} or {@code cifar10}. */
  static void write(Path folder, String type) throws IOException {
    Files.createDirectories(folder);
    if (type.equals("idx")) {
      Files.write(folder.resolve("train-images-idx3-ubyte"), idx(TRAIN, 1));
      Files.write(folder.resolve("t10k-images-idx3-ubyte"), idx(TEST, 2));
    } else {
      Files.write(folder.resolve("data_batch_1.bin"), cifar(TRAIN, 1));
      Files.write(folder.resolve("test_batch.bin"), cifar(TEST, 2));
    }
  }

  private static byte[] idx(int count, long seed) {
    ByteBuffer header = ByteBuffer.allocate(4 * Integer.BYTES);
    header.putInt(IDX_IMAGES).putInt(count).putInt(IDX_SIDE).putInt(IDX_SIDE);
    byte[] pixels = new byte[count * IDX_SIDE * IDX_SIDE];
    new Random(seed).nextBytes(pixels);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(header.array());
    file.writeBytes(pixels);
    return file.toByteArray();
  }

  /** Each image after its label. */
  private static byte[] cifar(int count, long seed) {
    byte[] file = new byte[count * (1 + CIFAR_BYTES)];
    new Random(seed).nextBytes(file);
    for (int i = 0; i < count; i++) {
      file[i * (1 + CIFAR_BYTES)] = 0;
    }
    return file;
  }
}
