package io.varve.export.foreign;

import static io.varve.export.foreign.Foreign.Input.normal;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.pooling.Pool;
import java.util.List;

/** The pooling of DJL's own api: windows of 3, a stride of 2 and, where it may, a padding of 1. */
final class Pools {
  private static final Foreign.Input LINE = normal(3, 9);
  private static final Foreign.Input IMAGE = normal(3, 8, 11);
  private static final Foreign.Input VOLUME = normal(3, 9, 8, 7);

  private Pools() {}

  private static Shape of(long size, int dimensions) {
    return switch (dimensions) {
      case 1 -> new Shape(size);
      case 2 -> new Shape(size, size);
      default -> new Shape(size, size, size);
    };
  }

  static List<Foreign> windows() {
    return List.of(
        pool("maxPool1d", Pool.maxPool1dBlock(of(3, 1), of(2, 1), of(1, 1)), LINE),
        pool("maxPool2d", Pool.maxPool2dBlock(of(3, 2), of(2, 2), of(1, 2)), IMAGE),
        pool("maxPool2d, ceiling", Pool.maxPool2dBlock(of(3, 2), of(2, 2), of(1, 2), true), IMAGE),
        pool("maxPool3d", Pool.maxPool3dBlock(of(3, 3), of(2, 3), of(1, 3)), VOLUME),
        pool("avgPool1d", Pool.avgPool1dBlock(of(3, 1), of(2, 1), of(1, 1)), LINE),
        pool("avgPool2d", Pool.avgPool2dBlock(of(3, 2), of(2, 2), of(1, 2)), IMAGE),
        pool(
            "avgPool2d, padding not counted",
            Pool.avgPool2dBlock(of(3, 2), of(2, 2), of(1, 2), false, false),
            IMAGE),
        pool("avgPool2d, ceiling", Pool.avgPool2dBlock(of(3, 2), of(2, 2), of(1, 2), true), IMAGE),
        pool("avgPool3d", Pool.avgPool3dBlock(of(3, 3), of(2, 3), of(1, 3)), VOLUME),
        pool("lpPool1d", Pool.lpPool1dBlock(2, of(3, 1), of(2, 1), of(0, 1)), LINE),
        pool("lpPool2d", Pool.lpPool2dBlock(2, of(3, 2), of(2, 2)), IMAGE),
        pool("lpPool3d", Pool.lpPool3dBlock(2, of(3, 3), of(2, 3)), VOLUME));
  }

  static List<Foreign> global() {
    return List.of(
        pool("globalMaxPool1d", Pool.globalMaxPool1dBlock(), LINE),
        pool("globalMaxPool2d", Pool.globalMaxPool2dBlock(), IMAGE),
        pool("globalMaxPool3d", Pool.globalMaxPool3dBlock(), VOLUME),
        pool("globalAvgPool1d", Pool.globalAvgPool1dBlock(), LINE),
        pool("globalAvgPool2d", Pool.globalAvgPool2dBlock(), IMAGE),
        pool("globalAvgPool3d", Pool.globalAvgPool3dBlock(), VOLUME),
        pool("globalLpPool1d", Pool.globalLpPool1dBlock(2), LINE),
        pool("globalLpPool2d", Pool.globalLpPool2dBlock(2), IMAGE),
        pool("globalLpPool3d", Pool.globalLpPool3dBlock(2), VOLUME));
  }

  private static Foreign pool(String name, Block block, Foreign.Input input) {
    return Foreign.of(name, () -> new SequentialBlock().add(block), input);
  }
}
