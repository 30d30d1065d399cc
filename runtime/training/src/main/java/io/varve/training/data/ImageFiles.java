package io.varve.training.data;

import io.varve.inference.image.Pixels;
import io.varve.training.data.set.Split;
import java.nio.file.Path;
import java.util.List;

/** Image files, decoded, cropped and resized whenever they are read. */
final class ImageFiles implements Split {
  private final List<Path> files;
  private final Images keys;
  private final int[] shape;

  ImageFiles(List<Path> files, Images keys, int[] shape) {
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
  public void read(int index, byte[] into, int offset) {
    Pixels picture = DecodedImage.read(files.get(index), keys);
    if (picture.height() != shape[1] || picture.width() != shape[2]) {
      throw new IllegalArgumentException(
          "%s: expected %d x %d pixels (width x height) as the first image has, found %d x %d; set data.size or data.crop"
              .formatted(files.get(index), shape[2], shape[1], picture.width(), picture.height()));
    }
    System.arraycopy(picture.planes(), 0, into, offset, picture.planes().length);
  }
}
