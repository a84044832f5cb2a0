package io.forebay.djl;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.Pipeline;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import io.forebay.DataSet;
import io.forebay.dataset.epoch.SampleOwners;
import io.forebay.dataset.folder.ClassFolder;
import io.forebay.dataset.folder.FileSource;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/**
 * Images in one directory per class, as a DJL data set; a batch is read with few requests, and with
 * an {@link EpochSampler} fetched before it is asked for. Each record is the image, by default as a
 * float tensor of shape (3, height, width) with values from 0 to 1, and its label as an int64
 * scalar. Reading is thread-safe, so {@code getData} may be given an executor.
 */
public final class ImageFolder extends RandomAccessDataset implements AutoCloseable {

  private final FileSource source;
  private final String root;
  private final Image.Flag flag;
  private final BatchReads<ByteBuffer> reads;
  private final NextEpoch epochs;
  private final DataStall stall;
  private ClassFolder folder;
  private Ranks ranks;

  private ImageFolder(Builder builder) {
    super(builder);
    source = builder.source;
    root = builder.root;
    flag = builder.flag;
    stall = builder.stall;
    reads = new BatchReads<>(this::readAll, this::follow);
    Sampler order = sampler;
    sampler = reads.following(order);
    epochs = new NextEpoch(super::getData, order, sampler);
  }

  /** Images of a Forebay data set. */
  public static Builder builder(DataSet dataSet) {
    return builder(FileSource.of(dataSet));
  }

  /** Images from anywhere. */
  public static Builder builder(FileSource source) {
    return new Builder(source);
  }

  /** Lists the images; the first {@code getData} does so too. */
  @Override
  public synchronized void prepare(Progress progress) throws IOException {
    if (folder == null) {
      folder = ClassFolder.list(source, root);
    }
  }

  /**
   * By which rank's node each sample is kept.
   *
   * @param nodes of the ranks
   * @param ofSamples the rank of each sample, as it was when these nodes were asked for first
   */
  private record Ranks(List<String> nodes, int[] ofSamples) {}

  /** By which rank's node each sample is kept. */
  synchronized SampleOwners owners(List<String> nodes) {
    if (ranks == null || !ranks.nodes.equals(nodes)) {
      ranks =
          new Ranks(
              nodes,
              folder().samples().stream()
                  .mapToInt(
                      sample ->
                          source.owners(sample.file()).stream()
                              .findFirst()
                              .map(nodes::indexOf)
                              .orElse(SampleOwners.NOBODY))
                  .toArray());
    }
    int[] known = ranks.ofSamples;
    return sample -> known[Math.toIntExact(sample)];
  }

  /** The order is known, so what will be read can be fetched. */
  private ProgressListener follow(EpochSampler order, long from) {
    return source.follow(
        ReadPlan.epochs(folder().files(), order.epochs(), epoch -> order.order(this, epoch)), from);
  }

  private Map<Long, ByteBuffer> readAll(List<Long> indexes) throws IOException {
    Map<String, Long> paths = new HashMap<>();
    indexes.forEach(index -> paths.put(sample(index).path(), index));
    Map<Long, ByteBuffer> files = new HashMap<>();
    source.readAll(List.copyOf(paths.keySet()), (path, bytes) -> files.put(paths.get(path), bytes));
    return files;
  }

  /**
   * Batches, as the sampler has them; with an executor, several are made at a time, and with an
   * {@link EpochSampler} the first ones of the next epoch together with the last ones of this.
   */
  @Override
  public Iterable<Batch> getData(NDManager manager, Sampler order, ExecutorService executor)
      throws IOException, TranslateException {
    return stall.watch(epochs.batches(manager, order, executor));
  }

  /** Nothing more is fetched ahead, and what was made of an epoch not asked for is freed. */
  @Override
  public void close() {
    reads.close();
    epochs.close();
  }

  /**
   * The classes; a label is an index into them.
   *
   * @throws IllegalStateException before {@link #prepare}
   */
  public List<String> classes() {
    return folder().classes();
  }

  @Override
  public Record get(NDManager manager, long index) throws IOException {
    ClassFolder.Sample sample = sample(index);
    Image image = Images.decode(sample.path(), reads.read(index));
    return new Record(
        new NDList(image.toNDArray(manager, flag)),
        new NDList(manager.create((long) sample.label())));
  }

  @Override
  protected long availableSize() {
    return folder().samples().size();
  }

  private ClassFolder.Sample sample(long index) {
    return folder().samples().get(Math.toIntExact(index));
  }

  private synchronized ClassFolder folder() {
    if (folder == null) {
      throw new IllegalStateException("call prepare() first");
    }
    return folder;
  }

  /** Settings of an {@link ImageFolder}. */
  public static final class Builder extends BaseBuilder<Builder> {

    private final FileSource source;
    private String root = "";
    private Image.Flag flag = Image.Flag.COLOR;
    private DataStall stall = new DataStall();

    private Builder(FileSource source) {
      this.source = source;
      this.pipeline = new Pipeline(new ToTensor());
    }

    /** The directory that holds the class directories; the root by default. */
    public Builder optRoot(String root) {
      this.root = root;
      return this;
    }

    /** Colour, the default, or grey. */
    public Builder optFlag(Image.Flag flag) {
      this.flag = flag;
      return this;
    }

    /** Measures how long trainers wait for this data set. */
    public Builder optStall(DataStall stall) {
      this.stall = stall;
      return this;
    }

    @Override
    protected Builder self() {
      return this;
    }

    public ImageFolder build() {
      return new ImageFolder(this);
    }
  }
}
