package io.varve.app.option;

import java.nio.file.Path;
import java.util.List;

/** The options that stand before any command. */
public interface GlobalOptions {
  /** The folders of {@code --plugins}, in the order given. */
  List<Path> plugins();
}
