package io.varve.training.data.set;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Images that lie back to back in one direct buffer, so that a CPU array can share it. */
public final class InMemory implements Split {
  private final int[] shape;
  private final int imageBytes;
  private final ByteBuffer images;
  private final Optional<DensityGrid> density;

  /** Images of this shape, [C, H, W], in a direct buffer. */
  public InMemory(int[] shape, ByteBuffer images) {
    this(shape, images, Optional.empty());
  }

  /** Such images, drawn from this density where it is known. */
  public InMemory(int[] shape, ByteBuffer images, Optional<DensityGrid> density) {
    this.shape = shape.clone();
    this.imageBytes = shape[0] * shape[1] * shape[2];
    this.images = images.asReadOnlyBuffer();
    this.density = density;
    if (!images.isDirect() || images.capacity() % imageBytes != 0) {
      throw new IllegalStateException(
          "expected whole images of %d bytes in a direct buffer, found %s"
              .formatted(imageBytes, images));
    }
  }

  @Override
  public int size() {
    return images.capacity() / imageBytes;
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public int imageBytes() {
    return imageBytes;
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    images.get(index * imageBytes, into, offset, imageBytes);
  }

  @Override
  public Optional<DensityGrid> density() {
    return density;
  }

  @Override
  public Optional<ByteBuffer> memory() {
    return Optional.of(images.asReadOnlyBuffer());
  }
}
