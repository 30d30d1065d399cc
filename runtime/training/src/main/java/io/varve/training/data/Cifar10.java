package io.varve.training.data;

import io.varve.spi.Named;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CIFAR-10 in its binary version (Krizhevsky, 2009): {@code data_batch_*.bin} and {@code
 * test_batch.bin}, plain or gzipped; images are [3, 32, 32].
 *
 * @param path the folder that has the files
 */
@Named(value = "cifar10", examples = "{path: data/cifar10}")
public record Cifar10(String path) implements Source {
  private static final int[] SHAPE = {3, 32, 32};
  private static final int PIXELS = 3 * 32 * 32;
  private static final int RECORD = 1 + PIXELS;
  private static final int LABELS = 10;

  /** Checks the keys. */
  public Cifar10 {
    DataFolder.check(path);
  }

  @Override
  public Splits open() {
    DataFolder folder = new DataFolder(path);
    List<Path> train = folder.all("data_batch_.*\\.bin", "data_batch_*.bin");
    Path test = folder.one("test_batch.bin");
    return new Splits(images(train), images(List.of(test)));
  }

  @Override
  public Cifar10 at(String folder) {
    return new Cifar10(folder);
  }

  private static Split images(List<Path> files) {
    List<byte[]> batches = new ArrayList<>();
    long records = 0;
    for (Path file : files) {
      byte[] batch = records(file);
      batches.add(batch);
      records += batch.length / RECORD;
    }
    if (records * PIXELS > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: expected at most %d images in all files, found %d"
              .formatted(files.get(0).getParent(), Integer.MAX_VALUE / PIXELS, records));
    }
    ByteBuffer pixels = ByteBuffer.allocateDirect((int) records * PIXELS);
    for (byte[] batch : batches) {
      for (int at = 0; at < batch.length; at += RECORD) {
        pixels.put(batch, at + 1, PIXELS);
      }
    }
    return new InMemory(SHAPE, pixels.flip());
  }

  private static byte[] records(Path file) {
    try (DataFile in = new DataFile(file)) {
      byte[] batch = in.rest("records");
      if (batch.length == 0 || batch.length % RECORD != 0) {
        throw in.error(
            "expected records of %d bytes (a label and 3x32x32 pixels), found %d bytes: %d and %d over"
                .formatted(RECORD, batch.length, batch.length / RECORD, batch.length % RECORD));
      }
      for (int at = 0; at < batch.length; at += RECORD) {
        int label = Byte.toUnsignedInt(batch[at]);
        if (label >= LABELS) {
          throw in.error(
              "expected a label 0..9 to open record %d, found %d; is this CIFAR-10's binary version?"
                  .formatted(at / RECORD, label));
        }
      }
      return batch;
    }
  }
}
