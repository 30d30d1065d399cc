package io.varve.inference.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who may read and write a file: its owner, its group and its permissions, where POSIX has them.
 */
final class Rights {
  private static final Set<StandardOpenOption> NEW =
      EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private Rights() {}

  /**
   * Creates a file that is to take another's place, with the rights of the other. Where there is no
   * other, it gets those of every new file: not Files.createTempFile, whose files are for their
   * owner alone.
   */
  static FileChannel create(Path other, Path file) throws IOException {
    PosixFileAttributeView old = Files.getFileAttributeView(other, PosixFileAttributeView.class);
    if (old == null || !Files.exists(other)) {
      return FileChannel.open(file, NEW);
    }
    // For the owner alone at first: who opens it early could read on later.
    Set<PosixFilePermission> narrow =
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    FileChannel channel = FileChannel.open(file, NEW, PosixFilePermissions.asFileAttribute(narrow));
    try {
      copy(old.readAttributes(), Files.getFileAttributeView(file, PosixFileAttributeView.class));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void copy(PosixFileAttributes from, PosixFileAttributeView to) throws IOException {
    PosixFileAttributes now = to.readAttributes();
    try {
      if (!now.group().equals(from.group())) {
        to.setGroup(from.group());
      }
      if (!now.owner().equals(from.owner())) {
        to.setOwner(from.owner());
      }
    } catch (IOException e) {
      // Few may give files away.
    }
    if (!now.permissions().equals(from.permissions())) {
      to.setPermissions(from.permissions());
    }
  }
}
