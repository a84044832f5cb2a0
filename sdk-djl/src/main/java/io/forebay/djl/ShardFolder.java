package io.forebay.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.Pipeline;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.dataset.shard.Sample;
import io.forebay.dataset.shard.ShardIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/**
 * Samples in shards, tar archives as WebDataset has them and TFRecord files, as a DJL data set.
 * Samples are numbered shard after shard, the shards by their paths. With {@link
 * EpochSampler#shardByShard} whole shards are fetched before their samples are asked for. Reading
 * is thread-safe, so {@code getData} may be given an executor.
 */
public final class ShardFolder extends RandomAccessDataset implements AutoCloseable {

  private final DataSet dataSet;
  private final String root;
  private final SampleDecoder decoder;
  private final PrefetchOptions options;
  private final NextEpoch epochs;
  private final DataStall stall;
  private final BatchReads<Map<String, ByteBuffer>> reads;
  private Shards shards;

  /**
   * @param starts number of the first sample of each shard, and of all
   */
  private record Shards(List<ShardIndex> indexes, long[] starts) {

    /** Where a sample lies. */
    ShardIndex of(long sample) {
      return indexes.get(numberOf(sample));
    }

    Sample sample(long sample) {
      int shard = numberOf(sample);
      return indexes.get(shard).samples().get((int) (sample - starts[shard]));
    }

    private int numberOf(long sample) {
      int found = Arrays.binarySearch(starts, sample + 1);
      int number = (found < 0 ? -found - 1 : found) - 1;
      while (starts[number] > sample) {
        number--; // shards without samples
      }
      return number;
    }

    String name(long sample) {
      return of(sample).shard().path() + ": " + sample(sample).key();
    }
  }

  private ShardFolder(Builder builder) {
    super(builder);
    dataSet = builder.dataSet;
    root = builder.root;
    decoder = builder.decoder;
    options = builder.options;
    stall = builder.stall;
    reads = new BatchReads<>(this::readAll, this::follow);
    Sampler order = sampler;
    sampler = reads.following(order);
    epochs = new NextEpoch(super::getData, order, sampler);
  }

  /**
   * @param decoder makes records of samples
   */
  public static Builder builder(DataSet dataSet, SampleDecoder decoder) {
    return new Builder(dataSet, decoder);
  }

  /**
   * Reads the headers of all shards; the first {@code getData} does so too.
   *
   * @throws NoSuchFileException when there is no shard
   * @throws IOException when a shard is damaged; the message says where
   */
  @Override
  public synchronized void prepare(Progress progress) throws IOException {
    if (shards != null) {
      return;
    }
    List<FileStatus> files = new ArrayList<>(dataSet.walk(root));
    files.removeIf(file -> !ShardIndex.isShard(file));
    if (files.isEmpty()) {
      throw new NoSuchFileException(root, null, "has no .tar, .tfrecord or .tfrecords file");
    }
    files.sort(Comparator.comparing(FileStatus::path));
    List<ShardIndex> indexes = new ArrayList<>();
    long[] starts = new long[files.size() + 1];
    for (FileStatus file : files) {
      ShardIndex index = ShardIndex.read(dataSet, file);
      starts[indexes.size() + 1] = starts[indexes.size()] + index.samples().size();
      indexes.add(index);
      if (progress != null) {
        progress.update(indexes.size());
      }
    }
    shards = new Shards(indexes, starts);
  }

  private synchronized Shards shards() {
    if (shards == null) {
      throw new IllegalStateException("call prepare() first");
    }
    return shards;
  }

  @Override
  protected long availableSize() {
    long[] starts = shards().starts;
    return starts[starts.length - 1];
  }

  /** How many samples each shard has; a limit cuts off the last ones. */
  long[] samplesOfShards() {
    long[] starts = shards().starts;
    long limit = size();
    long[] samples = new long[starts.length - 1];
    Arrays.setAll(samples, i -> Math.min(limit, starts[i + 1]) - Math.min(limit, starts[i]));
    return samples;
  }

  /** Samples of other orders lie all over the shards: nothing tells which shard is next. */
  private ProgressListener follow(EpochSampler order, long from) {
    if (!order.isShardByShard()) {
      return ProgressListener.NONE;
    }
    ReadPlan plan =
        ReadPlan.epochs(
            shards().indexes.stream().map(ShardIndex::shard).toList(),
            order.epochs(),
            epoch -> order.shards(this, epoch).shards());
    ProgressListener ofShards =
        Prefetcher.start(dataSet, plan, options, order.shardsBefore(this, from));
    return new ProgressListener() {
      @Override
      public void reached(long position) {
        ofShards.reached(order.shardsBefore(ShardFolder.this, position));
      }

      @Override
      public void close() {
        ofShards.close();
      }
    };
  }

  private Map<Long, Map<String, ByteBuffer>> readAll(List<Long> indexes) throws IOException {
    Map<Long, Map<String, ByteBuffer>> samples = new HashMap<>();
    for (long index : indexes) {
      samples.put(index, shards().of(index).read(shards().sample(index)));
    }
    return samples;
  }

  @Override
  public Record get(NDManager manager, long index) throws IOException {
    return decoder.decode(manager, shards().name(index), reads.read(index));
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

  /** Settings of a {@link ShardFolder}. */
  public static final class Builder extends BaseBuilder<Builder> {

    private final DataSet dataSet;
    private final SampleDecoder decoder;
    private String root = "";
    private PrefetchOptions options = PrefetchOptions.DEFAULT;
    private DataStall stall = new DataStall();

    private Builder(DataSet dataSet, SampleDecoder decoder) {
      this.dataSet = dataSet;
      this.decoder = decoder;
      this.pipeline = new Pipeline();
    }

    /** The directory that holds the shards, at any depth; the root by default. */
    public Builder optRoot(String root) {
      this.root = root;
      return this;
    }

    /** How far ahead shards are fetched; the bytes should be those of two shards or more. */
    public Builder optPrefetch(PrefetchOptions options) {
      this.options = options;
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

    public ShardFolder build() {
      return new ShardFolder(this);
    }
  }
}
