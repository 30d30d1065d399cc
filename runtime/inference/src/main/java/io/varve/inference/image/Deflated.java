package io.varve.inference.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Deflated data beside the pixels of a PNG file. */
final class Deflated {
  private static final int STEP = 1 << 13;

  private Deflated() {}

  /**
   * The front of what is deflated: a small file can hold much. Nothing if the data is damaged
   * there: it is not needed for the pixels, so that its damage harms nothing.
   *
   * @param data a stream of zlib (RFC 1950), which may end too early
   * @param most how many bytes are read at most
   */
  static Optional<ByteBuffer> front(ByteBuffer data, int most) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(data.duplicate());
      ByteArrayOutputStream front = new ByteArrayOutputStream();
      byte[] step = new byte[STEP];
      int count;
      do {
        count = inflater.inflate(step, 0, Math.min(STEP, most - front.size()));
        front.write(step, 0, count);
      } while (count > 0);
      return Optional.of(ByteBuffer.wrap(front.toByteArray()));
    } catch (DataFormatException e) {
      return Optional.empty();
    } finally {
      inflater.end();
    }
  }
}
