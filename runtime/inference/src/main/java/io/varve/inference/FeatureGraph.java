package io.varve.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.OnnxFile;
import io.varve.inference.file.OnnxGraph;
import io.varve.inference.file.Sha256;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A user's own ONNX file that maps images to features, such as the pooled layer of a classifier.
 *
 * <p>It is not part of a bundle: no hash vouches for it, and it may use any operator of ONNX
 * Runtime itself (libraries of further operators are never loaded). Before native code reads the
 * file, it is checked that it is a well-formed ONNX file of less than 2 GiB without functions or
 * training information of its own, and that data outside it lie in its folder and within their
 * file. The file is read once. Weights outside it must stay as they are until it is closed. Not
 * thread-safe.
 */
public final class FeatureGraph implements AutoCloseable {
  private final Path file;
  private final String hash;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String input;
  private final long[] shape;
  private final String output;

  private FeatureGraph(Path file, String hash, OrtSession session, String wanted)
      throws OrtException {
    this.file = file;
    this.environment = OnnxRuntime.environment();
    this.session = session;
    this.hash = hash;
    this.input = one(file, "inputs", session.getInputNames(), "");
    this.output = one(file, "outputs", session.getOutputNames(), wanted);
    if (!(session.getInputInfo().get(input).getInfo() instanceof TensorInfo info)
        || info.type != OnnxJavaType.FLOAT
        || info.getShape().length != 4) {
      throw new IllegalArgumentException(
          "%s: input '%s' is %s, expected float32 images of four dimensions"
              .formatted(file, input, session.getInputInfo().get(input).getInfo()));
    }
    this.shape = info.getShape();
  }

  /**
   * Opens an extractor.
   *
   * @param output the output that holds the features; empty if there is only one
   * @param options device, threads and the like
   * @throws IllegalArgumentException one line: if the file is none, wants data from elsewhere, or
   *     has other than one input, of float32 images
   */
  public static FeatureGraph open(Path file, String output, InferenceOptions options) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + ": no such file; expected an ONNX file");
    }
    byte[] bytes = bytes(file);
    OnnxFile onnx = OnnxFile.read(file, ByteBuffer.wrap(bytes));
    verify(file, onnx);
    String hash = hash(file, bytes, onnx);
    boolean whole = onnx.externals().isEmpty();
    Device device =
        Device.choose(options, settings -> session(file, bytes, whole, settings).close());
    try (OrtSession.SessionOptions settings = device.settings(options, true)) {
      OrtSession session = session(file, bytes, whole, settings);
      try {
        return new FeatureGraph(file, hash, session, output);
      } catch (IllegalArgumentException | OrtException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          file + ": ONNX Runtime cannot open it: " + OnnxRuntime.reason(e), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(file + ": has 2 GiB or more; no ONNX file may");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
  }

  /** ONNX Runtime finds weights outside the file by the file's own path alone. */
  private static OrtSession session(
      Path file, byte[] bytes, boolean whole, OrtSession.SessionOptions settings)
      throws OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    return whole
        ? environment.createSession(bytes, settings)
        : environment.createSession(file.toString(), settings);
  }

  private static String one(Path file, String what, Set<String> names, String wanted) {
    if (wanted.isEmpty() ? names.size() == 1 : names.contains(wanted)) {
      return wanted.isEmpty() ? names.iterator().next() : wanted;
    }
    throw new IllegalArgumentException(
        "%s: has the %s %s, expected %s"
            .formatted(
                file, what, names, wanted.isEmpty() ? "one; name it" : "'" + wanted + "' in it"));
  }

  /** The hash of the graph and of the files with its weights. */
  private static String hash(Path file, byte[] bytes, OnnxFile onnx) {
    Set<String> files = new TreeSet<>();
    onnx.externals().forEach(external -> files.add(external.location()));
    StringBuilder hashes = new StringBuilder(Sha256.of(ByteBuffer.wrap(bytes)));
    for (String name : files) {
      Path weights = file.resolveSibling(name);
      try {
        hashes.append(Sha256.of(weights));
      } catch (IOException e) {
        throw FileFault.unreadable(weights, e);
      }
    }
    return files.isEmpty() ? hashes.toString() : Sha256.of(hashes.toString());
  }

  private static void verify(Path file, OnnxFile onnx) {
    Path folder = file.toAbsolutePath().getParent();
    for (OnnxGraph.External external : onnx.externals()) {
      String where = file + ": tensor '" + external.tensor() + "' has its data in '";
      String location = external.location();
      try {
        Path data = folder.resolve(location);
        boolean own =
            !location.isEmpty()
                && !Path.of(location).isAbsolute()
                && Files.isRegularFile(data)
                && data.toRealPath().startsWith(folder.toRealPath());
        if (!own) {
          throw new IllegalArgumentException(
              where + location + "', expected a file in the folder of the graph");
        }
        long length = external.length() < 0 ? 0 : external.length();
        if (external.offset() < 0 || external.offset() > Files.size(data) - length) {
          throw new IllegalArgumentException(
              "%s%s' at %d, %d bytes long, expected them within its %d bytes"
                  .formatted(where, location, external.offset(), length, Files.size(data)));
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(
            where + location + "', which cannot be read: " + FileFault.reason(e), e);
      }
    }
  }

  /** Tells extractors apart: the SHA-256 of the file, or of it and its weights together. */
  public String sha256() {
    return hash;
  }

  /** The shape of its input, [B, ., ., .]; -1 where it is free. */
  public List<Long> inputShape() {
    return Arrays.stream(shape).boxed().toList();
  }

  /**
   * The features of some images.
   *
   * @param images as the graph takes them, the batch in front
   * @return [B, F]; further dimensions of the output are taken for features too
   * @throws IllegalArgumentException if the graph does not take them, or returns something else
   */
  public Tensor features(Tensor images) {
    FloatBuffer values = FloatBuffer.wrap(images.values());
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, values, images.shape());
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      if (!(result.get(0) instanceof OnnxTensor features)
          || features.getInfo().type != OnnxJavaType.FLOAT
          || features.getInfo().getShape().length < 2
          || features.getInfo().getShape()[0] != images.rows()) {
        throw new IllegalArgumentException(
            "%s: output '%s' is %s for %d images, expected float32 of shape [%d, features]"
                .formatted(file, output, result.get(0).getInfo(), images.rows(), images.rows()));
      }
      float[] all = new float[features.getFloatBuffer().remaining()];
      features.getFloatBuffer().get(all);
      return new Tensor(new long[] {images.rows(), all.length / images.rows()}, all);
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          "%s: ONNX Runtime cannot run it on images %s: %s"
              .formatted(file, images.shapeAsList(), OnnxRuntime.reason(e)),
          e);
    }
  }

  /** Frees all that is native. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(file + ": cannot be closed: " + OnnxRuntime.reason(e), e);
    }
  }
}
