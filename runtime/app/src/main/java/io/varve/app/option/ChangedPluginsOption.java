package io.varve.app.option;

import picocli.CommandLine.Option;

/** Whether a run's plug-ins may be others than those it was trained with. */
public final class ChangedPluginsOption {
  @Option(
      names = "--accept-changed-plugins",
      description =
          "Go on though a plug-in's JAR is not the one that plugins.lock of the run names.")
  public boolean accepted;
}
