package io.varve.training.data;

import io.varve.training.data.set.Item;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;

/** A picture's file and its name below the folder of the data set. */
record PictureFile(Path path, Item item) {
  /** By the code points of the names, whatever the locale. */
  static final Comparator<PictureFile> ORDER =
      Comparator.comparing(
          file -> file.item().name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /**
   * A number in [0, 1) that depends on the seed and the name alone: the first 53 bits of the
   * SHA-256 of "seed, line end, name" in UTF-8, over 2^53.
   */
  double place(long seed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest((seed + "\n" + item.name()).getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
