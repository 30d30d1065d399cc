package io.varve.app.process;

import io.varve.inference.file.FileFault;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard streams of this process: UTF-8 whatever the locale, and results that could not be
 * written are not forgotten, which Java's own streams do.
 */
public final class Streams {
  /** What a shell sees of a program whose reader has gone: 128 and SIGPIPE. */
  private static final int NO_READER = 141;

  private final Results results = new Results(new FileOutputStream(FileDescriptor.out));

  private Streams() {}

  /**
   * Puts them in the place of Java's. Windows keeps its own, which know the console's code page.
   */
  public static Streams install() {
    Streams streams = new Streams();
    if (!System.getProperty("os.name").startsWith("Windows")) {
      System.setOut(new PrintStream(streams.results, true, StandardCharsets.UTF_8));
      System.setErr(
          new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    }
    return streams;
  }

  /** The exit code of a command that ended with this one: not 0 if its results are lost. */
  public int code(int ended) {
    boolean failed = System.out.checkError();
    if (!failed || ended != 0) {
      return ended;
    }
    String reason = results.fault == null ? "" : FileFault.reason(results.fault);
    if (reason.equals("Broken pipe")) {
      return NO_READER;
    }
    System.err.println(
        "varve: standard output: cannot be written: " + reason + ". The results are lost.");
    return 1;
  }

  /** Remembers the first failure. */
  private static final class Results extends OutputStream {
    private final OutputStream out;
    private IOException fault;

    Results(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        fault = fault == null ? e : fault;
        throw e;
      }
    }
  }
}
