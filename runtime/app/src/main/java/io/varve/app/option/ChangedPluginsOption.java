package io.varve.app.option;

import io.varve.model.plugin.Catalog;
import io.varve.training.engine.Devices;
import io.varve.training.run.TrainedModel;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether a run may be loaded with other plug-ins than those it was trained with. */
public final class ChangedPluginsOption {
  @Option(
      names = "--accept-changed-plugins",
      description =
          "Load the run even if a plug-in's JAR differs from the one in its plugins.lock.")
  private boolean accepted;

  /**
   * How to load a run, with its notes on standard error.
   *
   * @param data the folder of the data set, where it is not the one that the run was trained on
   */
  public TrainedModel.Options loading(Catalog catalog, Optional<String> data, String device) {
    return loading(catalog, data, device, false);
  }

  /** As the other, and whether the run may go on with other data. */
  public TrainedModel.Options loading(
      Catalog catalog, Optional<String> data, String device, boolean acceptChangedData) {
    return new TrainedModel.Options(
        catalog,
        data,
        Devices.of(device),
        note -> Output.say("note: %s", note),
        new TrainedModel.Accepted(accepted, acceptChangedData));
  }
}
