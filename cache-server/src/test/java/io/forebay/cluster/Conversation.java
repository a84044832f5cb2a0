package io.forebay.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Questions to a process of a test, of a line each, and the lines that it answers. Not thread-safe.
 */
final class Conversation implements AutoCloseable {

  private static final int LIMIT_SECONDS = 120;

  /** Begins each answer; all else that a process prints is for people. */
  private static final String ANSWER = "> ";

  private final Process process;
  private final BufferedReader answers;
  private final PrintStream questions;

  /** Returns when the process is ready. Its errors go where this process's go. */
  Conversation(ProcessBuilder command) throws IOException {
    process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(UTF_8);
    questions = new PrintStream(process.getOutputStream(), true, UTF_8);
    next(); // it is ready
  }

  String ask(String question) throws IOException {
    questions.println(question);
    return next();
  }

  private String next() throws IOException {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> read(answer));
    try {
      return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      close();
      throw new IOException("a process of the test does not answer: " + e, e);
    }
  }

  private void read(CompletableFuture<String> answer) {
    try {
      String line = answers.readLine();
      while (line != null && !line.startsWith(ANSWER)) {
        System.out.println(line);
        line = answers.readLine();
      }
      if (line == null) {
        answer.completeExceptionally(new EOFException("it has ended; its errors say why"));
      } else {
        answer.complete(line.substring(ANSWER.length()));
      }
    } catch (IOException e) {
      answer.completeExceptionally(e);
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
