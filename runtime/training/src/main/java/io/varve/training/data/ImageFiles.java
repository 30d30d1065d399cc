package io.varve.training.data;

import io.varve.inference.file.Printable;
import io.varve.inference.image.Pixels;
import io.varve.training.data.set.Check;
import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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
    Pixels pixels = decode(index).pixels();
    if (!Side.of(pixels).equals(side())) {
      throw new IllegalArgumentException(
          "%s: expected %s pixels (width x height) as the first image has, found %s; resize or crop it, move it away, or set data.size or data.crop to train"
              .formatted(shown(index), side(), Side.of(pixels)));
    }
    byte[] planes = pixels.planes();
    System.arraycopy(planes, 0, into, offset, planes.length);
  }

  private DecodedImage decode(int index) {
    return DecodedImage.read(files.get(index).path(), keys);
  }

  private Side side() {
    return new Side(shape[2], shape[1]);
  }

  private String shown(int index) {
    return Printable.of(files.get(index).path().toString());
  }

  /** The size of a picture. */
  private record Side(int width, int height) {
    static Side of(Pixels pixels) {
      return new Side(pixels.width(), pixels.height());
    }

    @Override
    public String toString() {
      return width + " x " + height;
    }
  }

  @Override
  public Check check() {
    SortedMap<Integer, String> unfit = new ConcurrentSkipListMap<>();
    AtomicInteger profiled = new AtomicInteger();
    AtomicInteger transparent = new AtomicInteger();
    long[] prints = new long[size()];
    Side[] sides = new Side[size()];
    IntStream.range(0, size())
        .parallel()
        .forEach(
            index -> {
              try {
                DecodedImage image = decode(index);
                profiled.addAndGet(image.header().profiled() ? 1 : 0);
                transparent.addAndGet(image.header().transparent() ? 1 : 0);
                sides[index] = Side.of(image.pixels());
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
    requireOneSize(sides);
    List<String> notes = new ArrayList<>();
    note(notes, profiled.get(), "have an ICC profile other than sRGB: it is not applied");
    note(notes, transparent.get(), "have transparent pixels: their colour counts, opaque");
    return new Check(notes, prints);
  }

  /** Any image may be the odd one, the first as well: the sizes are counted. */
  private void requireOneSize(Side[] sides) {
    Map<Side, List<Integer>> found =
        IntStream.range(0, sides.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> sides[i], LinkedHashMap::new, Collectors.toList()));
    List<List<Integer>> counted = new ArrayList<>(found.values());
    counted.sort(Comparator.comparing(images -> -images.size()));
    List<Integer> most = counted.get(0);
    String first = counted(most, sides) + " pixels (width x height)";
    if (counted.size() > 1) {
      List<Integer> next = counted.get(1);
      int more = size() - most.size() - next.size();
      throw new IllegalArgumentException(
          "data: images differ in size: %s, %s (%s)%s; resize, crop or move away those that differ, or set data.size or data.crop"
              .formatted(
                  first,
                  counted(next, sides),
                  example(next),
                  more == 0 ? "" : ", %d of other sizes".formatted(more)));
    } else if (!found.containsKey(side())) {
      throw new IllegalArgumentException(
          "data: the two parts differ in size: in one %s (%s), in the other the first is %s; resize or crop one part, or set data.size or data.crop"
              .formatted(first, example(most), side()));
    }
  }

  private static String counted(List<Integer> images, Side[] sides) {
    return images.size() + (images.size() == 1 ? " is " : " are ") + sides[images.get(0)];
  }

  private String example(List<Integer> images) {
    return shown(images.get(0)) + (images.size() == 1 ? "" : ", ...");
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
