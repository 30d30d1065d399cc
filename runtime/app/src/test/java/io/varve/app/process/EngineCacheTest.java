package io.varve.app.process;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A libtorch that is named must be there: DJL would take another without a word. */
class EngineCacheTest {
  @TempDir private Path folder;

  @Test
  void refusesAFolderWithoutLibtorch() throws IOException {
    EngineCache.requireLibtorch(null);
    EngineCache.requireLibtorch("");
    assertThatThrownBy(() -> EngineCache.requireLibtorch(folder.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("PYTORCH_LIBRARY_PATH is '" + folder + "', which has no ")
        .hasMessageNotContaining("\n");
    Files.createFile(folder.resolve(System.mapLibraryName("torch")));
    EngineCache.requireLibtorch(folder.toString());
    EngineCache.requireLibtorch("/nowhere" + File.pathSeparator + folder);
  }
}
