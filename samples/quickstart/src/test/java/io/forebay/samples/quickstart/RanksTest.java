package io.forebay.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.control.CacheControl;
import io.forebay.dataset.epoch.Rank;
import io.forebay.dataset.folder.ClassFolder;
import io.forebay.dataset.folder.FileSource;
import io.forebay.djl.EpochSampler;
import io.forebay.djl.ImageFolder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Ranks on two nodes with real servers, each of which prefers what its node has. */
class RanksTest {

  private static final List<String> NODES = List.of("node-a", "node-b");
  private static final int BATCH = 32;

  @Test
  void ranksReadEachSampleOnceAndMostlyWhatTheirNodesHave() throws Exception {
    SiteSettings settings = new SiteSettings();
    new CommandLine(settings).parseArgs("--images", "640", "--pixels", "16");
    try (Site site = Site.open(settings);
        Forebay forebay = Forebay.connect(site.node())) {
      DataSet data = forebay.dataSet(Bucket.DATA_SET);
      try (ImageFolder images = ImageFolder.builder(data).setSampling(sampler(0)).build()) {
        images.prepare();
        List<FileStatus> files = ClassFolder.list(FileSource.of(data), "").files();
        List<Long> all = new ArrayList<>();
        int elsewhere = 0;
        for (int rank = 0; rank < NODES.size(); rank++) {
          List<Long> own = epoch(images, sampler(rank));
          for (long sample : own) {
            if (!CacheControl.of(data)
                .place(files.get((int) sample))
                .owners()
                .get(0)
                .equals(NODES.get(rank))) {
              elsewhere++;
            }
          }
          all.addAll(own);
        }
        assertThat(all).hasSize(640).doesNotHaveDuplicates();
        // Half of them without the exchange; 0.40 x sqrt(1 / 64) is 5 %.
        assertThat(elsewhere).isLessThan(640 / 10);
      }
    }
  }

  private static EpochSampler sampler(int rank) {
    return EpochSampler.shuffled(BATCH, 7).rank(new Rank(rank, 2)).near(NODES).build();
  }

  private static List<Long> epoch(ImageFolder images, EpochSampler sampler) {
    List<Long> samples = new ArrayList<>();
    for (Iterator<List<Long>> batches = sampler.sample(images); batches.hasNext(); ) {
      samples.addAll(batches.next());
    }
    return samples;
  }
}
