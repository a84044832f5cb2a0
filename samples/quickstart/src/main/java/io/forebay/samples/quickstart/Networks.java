package io.forebay.samples.quickstart;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import java.util.List;

/** Networks that class images. */
final class Networks {

  private Networks() {}

  /** Two convolutions: what there is to learn of the images, and little to compute. */
  static SequentialBlock small() {
    return new SequentialBlock()
        .add(convolution(8, 3, 2, 0))
        .add(Activation::relu)
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(convolution(16, 3, 2, 0))
        .add(Activation::relu)
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(Images.CLASSES).build());
  }

  /** A residual network of 18 layers, 11 million weights (He et al., 2015, table 1). */
  static SequentialBlock large() {
    SequentialBlock network =
        new SequentialBlock()
            .add(convolution(64, 7, 2, 3))
            .add(BatchNorm.builder().build())
            .add(Activation::relu)
            .add(Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
    for (int filters = 64; filters <= 512; filters *= 2) {
      network.add(residual(filters, filters == 64 ? 1 : 2, filters > 64));
      network.add(residual(filters, 1, false));
    }
    return network
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(Images.CLASSES).build());
  }

  private static Block residual(int filters, int stride, boolean projected) {
    SequentialBlock straight =
        new SequentialBlock()
            .add(convolution(filters, 3, stride, 1))
            .add(BatchNorm.builder().build())
            .add(Activation::relu)
            .add(convolution(filters, 3, 1, 1))
            .add(BatchNorm.builder().build());
    Block shortcut =
        projected
            ? new SequentialBlock()
                .add(convolution(filters, 1, stride, 0))
                .add(BatchNorm.builder().build())
            : Blocks.identityBlock();
    return new SequentialBlock()
        .add(new ParallelBlock(Networks::sum, List.of(straight, shortcut)))
        .add(Activation::relu);
  }

  private static NDList sum(List<NDList> paths) {
    NDArray sum = paths.get(0).singletonOrThrow().add(paths.get(1).singletonOrThrow());
    return new NDList(sum);
  }

  private static Conv2d convolution(int filters, int size, int stride, int padding) {
    return Conv2d.builder()
        .setKernelShape(new Shape(size, size))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .setFilters(filters)
        .build();
  }
}
