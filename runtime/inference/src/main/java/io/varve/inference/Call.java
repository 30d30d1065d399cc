package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import io.varve.inference.onnxruntime.RunControl;
import java.util.ArrayList;
import java.util.List;

/** A graph that a request is running, and what is told of it when it is done. */
final class Call {
  private final GraphSession session;
  private final RunControl control;
  private final List<String> warnings = new ArrayList<>();
  private long rows;

  Call(GraphSession session, RunControl control) {
    this.session = session;
    this.control = control;
  }

  Manifest.Graph graph() {
    return session.graph();
  }

  /** Runs the graph once on so many rows. */
  void run(int count, GraphSession.InputWriter writer, GraphSession.OutputReader reader) {
    session.run(control, count, writer, reader);
    rows += count;
  }

  /** Warns once the request has let go of the bundle. */
  void warn(String warning) {
    warnings.add(warning);
  }

  List<String> warnings() {
    return warnings;
  }

  long rows() {
    return rows;
  }
}
