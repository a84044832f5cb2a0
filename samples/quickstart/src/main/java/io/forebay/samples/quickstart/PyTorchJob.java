package io.forebay.samples.quickstart;

import io.forebay.samples.oss.Traffic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/** A process of {@code samples/pytorch/train.py}, which says what its lines mean. */
final class PyTorchJob implements Training {

  private final String name;
  private final Traffic traffic;
  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final int images;
  private int epoch;

  /**
   * @param name what the source is called in progress bars and tables
   * @param source arguments that say where the images are
   * @throws IOException when the script does not start; it says why on this process's own output
   */
  PyTorchJob(String name, List<String> source, Settings settings, Bucket bucket)
      throws IOException {
    this.name = name;
    this.traffic = bucket.server().traffic();
    List<String> command = new ArrayList<>();
    command.add(settings.python.toString());
    command.add(settings.pythonSample.resolve("train.py").toString());
    command.addAll(List.of("--batch", String.valueOf(settings.batch)));
    command.addAll(List.of("--workers", String.valueOf(settings.loaders)));
    command.addAll(List.of("--seed", String.valueOf(settings.seed)));
    command.addAll(source);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OSS_KEY_ID", Bucket.KEY_ID);
    builder.environment().put("OSS_KEY_SECRET", bucket.secret());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    answers = process.inputReader();
    orders = process.outputWriter();
    images = Integer.parseInt(answer("ready")[1]);
  }

  /** The next line, whose first word is as expected. */
  private String[] answer(String expected) throws IOException {
    String[] words = words();
    if (!words[0].equals(expected)) {
      throw new IOException(name + ": train.py said '" + words[0] + "', not '" + expected + "'");
    }
    return words;
  }

  private String[] words() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(name + ": train.py has ended, see above");
    }
    return line.split(" ", -1);
  }

  @Override
  public EpochResult next() throws IOException {
    epoch++;
    Traffic.Counts before = traffic.counts();
    orders.write("epoch\n");
    orders.flush();
    String[] words;
    try (ProgressBar bar = Progress.bar(name + ", epoch " + epoch, images)) {
      for (words = words(); words[0].equals("step"); words = words()) {
        bar.stepTo(Long.parseLong(words[1]));
      }
    }
    Traffic.Counts reached = traffic.counts().since(before);
    return new EpochResult(
        name,
        epoch,
        Integer.parseInt(words[1]),
        Double.parseDouble(words[2]),
        Double.parseDouble(words[3]),
        reached.of("GET"),
        reached.objectBytes(),
        Float.parseFloat(words[4]));
  }

  /** The end of its input is the script's end. */
  @Override
  public void close() {
    try {
      orders.close();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
