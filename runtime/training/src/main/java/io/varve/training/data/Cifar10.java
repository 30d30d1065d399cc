package io.varve.training.data;

import io.varve.inference.file.HomePath;
import io.varve.report.metrics.DataPart;
import io.varve.spi.Named;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * CIFAR-10 in its binary version (Krizhevsky, 2009): {@code data_batch_*.bin} and {@code
 * test_batch.bin}, plain or gzipped; images are [3, 32, 32].
 *
 * @param path the folder that has the files
 */
@Named(value = "cifar10", examples = "{path: data/cifar10}")
public record Cifar10(String path) implements Source {
  private static final Pattern TRAIN = Pattern.compile("data_batch_.*\\.bin");
  private static final Pattern FILES = Pattern.compile("(?:data_batch_.*|test_batch)\\.bin");
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
    return new Splits(part(DataPart.TRAIN), part(DataPart.TEST));
  }

  @Override
  public Optional<String> folder() {
    return Optional.of(path);
  }

  @Override
  public Cifar10 at(String folder) {
    return new Cifar10(folder);
  }

  @Override
  public boolean isAt(Path place) {
    return Files.isDirectory(place)
        ? folder(new DataFolder(place)).has(FILES)
        : !PictureFolder.isPicture(place);
  }

  @Override
  public Chosen chosen(Optional<DataPart> part, DataPart usual) {
    Path place = HomePath.of(path);
    return Files.isRegularFile(place)
        ? new Chosen(images(List.of(place)), List.of())
        : Chosen.part(path, part, usual, this::part);
  }

  private Split part(DataPart part) {
    DataFolder folder = folder(new DataFolder(path));
    return images(
        part == DataPart.TRAIN
            ? folder.all(TRAIN, "data_batch_*.bin")
            : List.of(folder.one("test_batch.bin")));
  }

  /** Where the archive of the data set, or torchvision, puts the files. */
  private static DataFolder folder(DataFolder given) {
    return given.orBelow(FILES, "cifar-10-batches-bin");
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
