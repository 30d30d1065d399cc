package io.varve.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.varve.inference.onnxruntime.RequestStoppedException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stops a graph that would run for ever. */
@Timeout(30)
class RunControlTest {
  private final OrtEnvironment environment = OnnxRuntime.environment();
  private OrtSession session;

  @BeforeEach
  void open() throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      session = environment.createSession(endless(), options);
    }
  }

  @AfterEach
  void close() throws OrtException {
    session.close();
  }

  /** x = x + 1, as often as there are numbers. */
  private static byte[] endless() {
    OnnxMl.GraphProto.Builder body = OnnxMl.GraphProto.newBuilder().setName("body");
    body.addInput(scalar("i", OnnxMl.TensorProto.DataType.INT64));
    body.addInput(scalar("again", OnnxMl.TensorProto.DataType.BOOL));
    body.addInput(scalar("x", OnnxMl.TensorProto.DataType.FLOAT));
    body.addOutput(scalar("more", OnnxMl.TensorProto.DataType.BOOL));
    body.addOutput(scalar("next", OnnxMl.TensorProto.DataType.FLOAT));
    body.addNode(node("Identity", "more", "again"));
    body.addNode(node("Add", "next", "x", "x"));
    OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("endless");
    graph.addInput(scalar("start", OnnxMl.TensorProto.DataType.FLOAT));
    graph.addOutput(scalar("end", OnnxMl.TensorProto.DataType.FLOAT));
    graph.addInitializer(
        OnnxMl.TensorProto.newBuilder()
            .setName("times")
            .setDataType(OnnxMl.TensorProto.DataType.INT64_VALUE)
            .addInt64Data(Long.MAX_VALUE));
    graph.addNode(
        node("Loop", "end", "times", "", "start")
            .addAttribute(
                OnnxMl.AttributeProto.newBuilder()
                    .setName("body")
                    .setType(OnnxMl.AttributeProto.AttributeType.GRAPH)
                    .setG(body)));
    return OnnxMl.ModelProto.newBuilder()
        .setIrVersion(9)
        .setGraph(graph)
        .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(20))
        .build()
        .toByteArray();
  }

  private static OnnxMl.NodeProto.Builder node(String operator, String out, String... in) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(in))
        .addOutput(out);
  }

  private static OnnxMl.ValueInfoProto scalar(String name, OnnxMl.TensorProto.DataType type) {
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            OnnxMl.TypeProto.newBuilder()
                .setTensorType(
                    OnnxMl.TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(OnnxMl.TensorShapeProto.newBuilder())))
        .build();
  }

  /** Runs the graph until it is stopped. */
  private Reason stopped(RunControl control) throws OrtException {
    try (OnnxTensor start = OnnxTensor.createTensor(environment, 1f);
        OnnxTensor end = OnnxTensor.createTensor(environment, 0f)) {
      RequestStoppedException stopped =
          catchThrowableOfType(
              RequestStoppedException.class,
              () -> control.run(session, Map.of("start", start), Map.of("end", end)));
      assertThat(stopped.getMessage())
          .startsWith("the request was stopped after ")
          .doesNotContain("\n");
      return stopped.reason();
    }
  }

  @Test
  void stopsWhenTheTimeIsUp() throws OrtException {
    try (RunControl control = new RunControl(Optional.of(Duration.ofMillis(100)), false)) {
      assertThat(stopped(control)).isEqualTo(Reason.TIMEOUT);
      // and stays stopped
      assertThat(stopped(control)).isEqualTo(Reason.TIMEOUT);
    }
  }

  @Test
  void stopsWhenItsThreadIsInterrupted() throws Exception {
    AtomicReference<Reason> reason = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              try (RunControl control = new RunControl(Optional.empty(), true)) {
                begun.countDown();
                reason.set(stopped(control));
                flag.set(Thread.currentThread().isInterrupted());
              } catch (OrtException e) {
                throw new IllegalStateException(e);
              }
            });
    worker.start();
    begun.await();
    Thread.sleep(100);
    worker.interrupt();
    worker.join();
    assertThat(reason.get()).isEqualTo(Reason.INTERRUPTED);
    assertThat(flag.get()).isTrue();
  }

  @Test
  void stopsRequestsWhenWaitingForThemIsOver() throws Exception {
    Admission admission = new Admission();
    AtomicReference<Reason> reason = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              try (RunControl control = new RunControl(Optional.empty(), false)) {
                assertThat(admission.enter(control)).isTrue();
                begun.countDown();
                try {
                  reason.set(stopped(control));
                } finally {
                  admission.leave(control);
                }
              } catch (OrtException e) {
                throw new IllegalStateException(e);
              }
            });
    worker.start();
    begun.await();
    assertThat(admission.close(Optional.of(Duration.ofMillis(50)))).isTrue();
    worker.join();
    assertThat(reason.get()).isEqualTo(Reason.CLOSED);
    try (RunControl late = new RunControl(Optional.empty(), false)) {
      assertThat(admission.enter(late)).isFalse();
    }
    assertThat(admission.close(Optional.empty())).isFalse();
  }

  /** Requests end and begin while the watcher goes to sleep and wakes. */
  @Test
  void watchesEveryRequest() throws OrtException {
    for (int i = 0; i < 20; i++) {
      try (RunControl control = new RunControl(Optional.of(Duration.ofMillis(1 + i)), false)) {
        assertThat(stopped(control)).isEqualTo(Reason.TIMEOUT);
      }
    }
  }
}
