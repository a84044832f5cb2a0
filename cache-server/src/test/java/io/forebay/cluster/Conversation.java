package io.forebay.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Questions to a process of a test, of a line each, and the lines that it answers. What else it
 * prints is printed by this process. Not thread-safe.
 */
final class Conversation implements AutoCloseable {

  private static final int LIMIT_SECONDS = 120;

  /** Begins each answer. */
  private static final String ANSWER = "> ";

  private final Process process;
  private final PrintStream questions;

  /** An empty one is the end of the process. */
  private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();

  /** Returns when the process is ready. */
  Conversation(ProcessBuilder command) throws IOException {
    process = command.redirectErrorStream(true).start();
    questions = new PrintStream(process.getOutputStream(), true, UTF_8);
    Thread.ofVirtual().start(this::listen);
    next();
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ANSWER)) {
          answers.add(Optional.of(line.substring(ANSWER.length())));
        } else {
          System.out.println(line);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      System.out.println("a process of the test has ended: " + e.getMessage());
    } finally {
      answers.add(Optional.empty());
    }
  }

  String ask(String question) throws IOException {
    questions.println(question);
    return next();
  }

  private String next() throws IOException {
    try {
      Optional<String> answer = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        close();
        throw new IOException("a process of the test has not answered for " + LIMIT_SECONDS + " s");
      }
      return answer.orElseThrow(
          () -> new IOException("a process of the test has ended; what it printed says why"));
    } catch (InterruptedException e) {
      close();
      throw new InterruptedIOException();
    }
  }

  /** The other end, which returns when there are no more questions. */
  static void answer(UnaryOperator<String> answers) throws IOException {
    System.out.println(ANSWER);
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      System.out.println(ANSWER + answers.apply(line));
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
