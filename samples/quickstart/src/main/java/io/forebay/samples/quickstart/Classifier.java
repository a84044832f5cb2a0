package io.forebay.samples.quickstart;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A network that is asked for the class of one image after another. Used by one thread. */
final class Classifier implements AutoCloseable {

  private final String name;
  private final Model model;
  private final Predictor<Image, Long> predictor;

  /**
   * @param network with random weights: what it answers is of no interest here, how soon is
   */
  Classifier(String name, Block network, int pixels) {
    this.name = name;
    model = Model.newInstance(name, "PyTorch");
    network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    network.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, pixels, pixels));
    model.setBlock(network);
    predictor = model.newPredictor(new HighestScore());
  }

  String name() {
    return name;
  }

  /** Decodes an image, and tells its class. */
  long classOf(ByteBuffer jpeg) throws IOException, TranslateException {
    byte[] bytes = new byte[jpeg.remaining()];
    jpeg.get(bytes);
    return predictor.predict(
        ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(bytes)));
  }

  private static final class HighestScore implements Translator<Image, Long> {

    private final ToTensor toTensor = new ToTensor();

    @Override
    public NDList processInput(TranslatorContext context, Image image) {
      return new NDList(toTensor.transform(image.toNDArray(context.getNDManager())));
    }

    @Override
    public Long processOutput(TranslatorContext context, NDList scores) {
      return scores.singletonOrThrow().argMax().getLong();
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }
}
