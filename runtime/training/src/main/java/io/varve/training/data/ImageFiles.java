package io.varve.training.data;

import io.varve.inference.file.Printable;
import io.varve.inference.image.Pixels;
import io.varve.training.data.set.Check;
import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Image files, decoded, cropped and resized whenever they are read. */
final class ImageFiles implements Split {
  private final List<PictureFile> files;
  private final Images keys;
  private final int[] shape;

  ImageFiles(List<PictureFile> files, Images keys, int[] shape) {
    this.files = List.copyOf(files);
    this.keys = keys;
    this.shape = shape.clone();
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public List<Item> items() {
    return files.stream().map(PictureFile::item).toList();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    byte[] planes = decode(index).pixels().planes();
    System.arraycopy(planes, 0, into, offset, planes.length);
  }

  private DecodedImage decode(int index) {
    DecodedImage image = DecodedImage.read(files.get(index).path(), keys);
    Pixels pixels = image.pixels();
    if (pixels.height() != shape[1] || pixels.width() != shape[2]) {
      throw new IllegalArgumentException(
          "%s: expected %d x %d pixels (width x height) as the first image has, found %d x %d; set data.size or data.crop"
              .formatted(
                  Printable.of(files.get(index).path().toString()),
                  shape[2],
                  shape[1],
                  pixels.width(),
                  pixels.height()));
    }
    return image;
  }

  @Override
  public Check check() {
    SortedMap<Integer, String> unfit = new ConcurrentSkipListMap<>();
    AtomicInteger profiled = new AtomicInteger();
    AtomicInteger transparent = new AtomicInteger();
    long[] prints = new long[size()];
    IntStream.range(0, size())
        .parallel()
        .forEach(
            index -> {
              try {
                DecodedImage image = decode(index);
                profiled.addAndGet(image.header().profiled() ? 1 : 0);
                transparent.addAndGet(image.header().transparent() ? 1 : 0);
                prints[index] = print(image.pixels().planes());
              } catch (IllegalArgumentException e) {
                unfit.put(index, e.getMessage());
              }
            });
    if (!unfit.isEmpty()) {
      String first = unfit.get(unfit.firstKey());
      throw new IllegalArgumentException(
          unfit.size() == 1 ? first : first + " (one of %d such images)".formatted(unfit.size()));
    }
    List<String> notes = new ArrayList<>();
    note(notes, profiled.get(), "have an ICC profile other than sRGB: it is not applied");
    note(notes, transparent.get(), "have transparent pixels: their colour counts, opaque");
    return new Check(notes, prints);
  }

  /** Two sums of 32 bits, so that two images hardly ever agree by chance. */
  private static long print(byte[] planes) {
    CRC32C sum = new CRC32C();
    sum.update(planes);
    return (sum.getValue() << 32) | (Arrays.hashCode(planes) & 0xffffffffL);
  }

  private void note(List<String> notes, int images, String what) {
    if (images > 0) {
      notes.add(String.format(Locale.ROOT, "%d of %d images %s", images, size(), what));
    }
  }
}
