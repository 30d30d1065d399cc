package io.varve.inference;

import io.varve.inference.file.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A service of sixteen threads, in a process of its own, whose bundle is replaced, truncated,
 * overwritten, deleted and linked elsewhere meanwhile.
 */
final class ChangingFolder {
  private static final int THREADS = 16;

  /** Milliseconds that somebody is given to open the bundle while it is whole. */
  private static final int PATIENCE = 500;

  private static final byte[] IMAGES = new byte[3 * TinyBundle.PIXELS];

  private final Path root;
  private final Path current;
  private final List<Path> versions = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean done;
  private volatile Throwable wrong;

  private ChangingFolder(Path root) throws IOException {
    this.root = root;
    this.current = root.resolve("current");
    new Random(4).nextBytes(IMAGES);
    for (int version = 0; version < 2; version++) {
      float[] w = TinyBundle.w();
      for (int i = 0; i < w.length; i++) {
        w[i] += version;
      }
      Path folder = Files.createDirectory(root.resolve("version" + version));
      TinyBundle.files(folder, w).manifest().write(folder);
      versions.add(folder);
      answers.add(answer(folder));
    }
  }

  private static InferenceOptions options() {
    return InferenceOptions.of().withDevice("cpu").withThreads(1).withWarnings(line -> {});
  }

  /** Everything that the model of a folder says about the images. */
  private static String answer(Path folder) {
    try (Bundle bundle = Bundle.open(folder, options())) {
      return answer(bundle, true) + answer(bundle, false);
    }
  }

  private static String answer(Bundle bundle, boolean first) {
    if (first) {
      return Arrays.toString(bundle.score(IMAGES, 1).bound());
    }
    Map<String, Tensor> again = bundle.reconstruct(IMAGES, Set.of("z"), 1, 1);
    return Arrays.toString(again.get("x").values());
  }

  /**
   * Changes the folder so many times.
   *
   * @param arguments an empty folder, and how often
   */
  public static void main(String[] arguments) throws Exception {
    ChangingFolder folder = new ChangingFolder(Path.of(arguments[0]));
    Files.createSymbolicLink(folder.current, folder.live(-1));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(new Thread(folder::serve));
    }
    threads.forEach(Thread::start);
    try {
      for (int i = 0; i < Integer.parseInt(arguments[1]) && folder.wrong == null; i++) {
        folder.change(i);
      }
    } finally {
      folder.done = true;
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (folder.wrong != null) {
      throw new AssertionError(folder.wrong);
    }
    System.out.printf("%d answered, %d refused%n", folder.answered.get(), folder.refused.get());
  }

  /** Opens whatever is there, uses it for a while, and holds every answer to one version. */
  private void serve() {
    while (!done) {
      try (Bundle bundle = Bundle.open(current, options())) {
        String score = answer(bundle, true);
        Thread.sleep(2);
        String both = score + answer(bundle, false);
        if (!answers.contains(both)) {
          wrong = new AssertionError("of neither version: " + both);
        }
        answered.incrementAndGet();
      } catch (IllegalArgumentException e) {
        if (e.getMessage().contains("\n") || !e.getMessage().startsWith(current.toString())) {
          wrong = e;
        }
        refused.incrementAndGet();
      } catch (InterruptedException | RuntimeException | Error e) {
        wrong = e;
      }
    }
  }

  private void change(int i) throws IOException, InterruptedException {
    Path live = current.toRealPath();
    switch (i % 6) {
      case 0 -> relink(live(i));
      case 1 -> truncate(live.resolve(TinyBundle.WEIGHTS));
      case 2 -> copy(versions.get(i / 6 % 2), live); // over the old one, file by file
      case 3 -> truncate(live.resolve("carry-z.onnx"));
      case 4 -> Folders.delete(live);
      default -> replace(live, i);
    }
    Thread.sleep(3);
    if (Files.notExists(live)) {
      Files.createDirectory(live);
    }
    copy(versions.get(i / 2 % 2), live);
    long before = answered.get();
    for (int wait = 0; wait < PATIENCE && answered.get() == before; wait++) {
      Thread.sleep(1);
    }
  }

  /** A new copy of one of the versions. */
  private Path live(int i) throws IOException {
    Path live = Files.createDirectory(root.resolve("live" + i));
    copy(versions.get(Math.floorMod(i / 6, 2)), live);
    return live;
  }

  private void relink(Path to) throws IOException {
    Path old = current.toRealPath();
    Path link = Files.createSymbolicLink(root.resolve("next"), to);
    Files.move(link, current, StandardCopyOption.ATOMIC_MOVE);
    if (!old.equals(to)) {
      Folders.delete(old);
      Files.createDirectory(old);
    }
  }

  private void replace(Path live, int i) throws IOException {
    Path next = live(i);
    Path aside = root.resolve("aside");
    Files.move(live, aside);
    Files.move(next, live);
    Folders.delete(aside);
  }

  private static void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
