package io.varve.app;

import io.varve.app.bench.BenchCommand;
import io.varve.app.bundle.GenerateCommand;
import io.varve.app.bundle.InterpolateCommand;
import io.varve.app.bundle.ReconstructCommand;
import io.varve.app.bundle.ResampleCommand;
import io.varve.app.bundle.SuperResolveCommand;
import io.varve.app.check.DoctorCommand;
import io.varve.app.check.GpuCheckCommand;
import io.varve.app.measure.EvaluateCommand;
import io.varve.app.measure.FidCommand;
import io.varve.app.measure.ParityCommand;
import io.varve.app.measure.ScoreCommand;
import io.varve.app.plugins.PluginsCommand;
import io.varve.app.plugins.SchemaCommand;
import io.varve.app.plugins.VerifyCommand;
import io.varve.app.train.ExpandCommand;
import io.varve.app.train.ExportCommand;
import io.varve.app.train.ResumeCommand;
import io.varve.app.train.TrainCommand;
import java.util.List;
import picocli.CommandLine.HelpCommand;

/**
 * The commands by name. A process runs one of them, and to set up all takes a quarter of a second.
 */
final class Commands {
  /** In the order of the help. */
  static final List<String> NAMES =
      List.of(
          "quickstart",
          "train",
          "resume",
          "evaluate",
          "export",
          "score",
          "generate",
          "reconstruct",
          "super-resolve",
          "interpolate",
          "resample",
          "fid",
          "parity",
          "bench",
          "plugins",
          "verify",
          "schema",
          "expand",
          "doctor",
          "gpu-check",
          "help");

  private Commands() {}

  /** The class of a command, which is loaded when it is asked for. */
  static Class<?> named(String name) {
    return switch (name) {
      case "quickstart" -> QuickstartCommand.class;
      case "train" -> TrainCommand.class;
      case "resume" -> ResumeCommand.class;
      case "evaluate" -> EvaluateCommand.class;
      case "export" -> ExportCommand.class;
      case "score" -> ScoreCommand.class;
      case "generate" -> GenerateCommand.class;
      case "reconstruct" -> ReconstructCommand.class;
      case "super-resolve" -> SuperResolveCommand.class;
      case "interpolate" -> InterpolateCommand.class;
      case "resample" -> ResampleCommand.class;
      case "parity" -> ParityCommand.class;
      case "fid" -> FidCommand.class;
      case "bench" -> BenchCommand.class;
      case "plugins" -> PluginsCommand.class;
      case "verify" -> VerifyCommand.class;
      case "schema" -> SchemaCommand.class;
      case "expand" -> ExpandCommand.class;
      case "gpu-check" -> GpuCheckCommand.class;
      case "doctor" -> DoctorCommand.class;
      case "help" -> HelpCommand.class;
      default -> throw new IllegalArgumentException("no command '" + name + "'");
    };
  }
}
