package io.varve.report.picture;

import io.varve.inference.file.OutputFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A picture encoded as PNG, 8 bits a sample. */
public final class Png {
  private final int width;
  private final int height;
  private final byte[] bytes;

  private Png(int width, int height, byte[] bytes) {
    this.width = width;
    this.height = height;
    this.bytes = bytes;
  }

  /** Encodes a picture. */
  static Png encode(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // Not ImageIO's own stream: that one goes through a file in the temporary folder.
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IllegalStateException("this JDK has no PNG writer");
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory refused a PNG", e);
    }
    return new Png(image.getWidth(), image.getHeight(), out.toByteArray());
  }

  /** Width in pixels. */
  public int width() {
    return width;
  }

  /** Height in pixels. */
  public int height() {
    return height;
  }

  /** The encoded file, a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The file as a {@code data:} address for a page that stands alone. */
  public String dataUri() {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Writes the file, atomically.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  public void write(Path file) {
    OutputFile.write(file, bytes);
  }
}
