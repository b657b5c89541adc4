package io.github.suback;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program suback, running as a child of this process, which it does not outlive. */
final class Program {
  private static final long START_SECONDS = 60; // on a machine that has much else to do
  private static final long STOP_SECONDS = 6; // it ends within 5
  private static final int KEPT_LINES = 100;
  private static final Pattern HTTP = Pattern.compile("http +listening on (\\S+)");

  private final Process process;
  private final Thread atExit = new Thread(this::end, "suback-end");
  private final Deque<String> said = new ArrayDeque<>(); // guarded by itself
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  /** Starts it; {@link #url} says when it is ready. */
  Program(List<String> arguments) {
    String given = System.getenv("SUBACK");
    String name = given == null || given.isEmpty() ? "suback" : given;
    List<String> command = new ArrayList<>(List.of(name, "serve"));
    for (String listener : List.of("mqtt", "mqtts", "https", "http")) {
      command.add("--" + listener + "=:0");
    }
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SUBACK_END_WITH_STDIN", "true"); // when this process is killed, too
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new IllegalStateException("suback: " + e.getMessage() + "; go install "
          + "github.com/suback/suback/cmd/suback@latest brings the program to PATH, or the variable SUBACK says where it is", e);
    }
    Runtime.getRuntime().addShutdownHook(atExit);
    Thread reader = new Thread(this::read, "suback-output");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    String http = "";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(line);
        Matcher found = HTTP.matcher(line);
        if (found.lookingAt()) {
          http = "http://" + found.group(1);
        } else if (line.equals("Ready.")) {
          ready.complete(http);
        }
      }
    } catch (IOException e) {
      keep(e.toString());
    }
    ready.completeExceptionally(new IOException("it has ended")); // if it has not become ready before
  }

  private void keep(String line) {
    synchronized (said) {
      said.add(line);
      if (said.size() > KEPT_LINES) {
        said.remove();
      }
    }
  }

  /**
   * The URL of its http listener, once it is ready.
   *
   * @throws IllegalStateException with its own words, if it does not become so
   */
  String url() {
    String problem;
    try {
      String url = ready.get(START_SECONDS, TimeUnit.SECONDS);
      if (!url.isEmpty()) {
        return url;
      }
      problem = "it has no http listener, which its helpers need";
    } catch (ExecutionException e) {
      problem = "it does not start";
    } catch (TimeoutException e) {
      problem = "it is not ready within " + START_SECONDS + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = "interrupted while it starts";
    }
    stop();
    throw new IllegalStateException("suback: " + problem + "\n" + output());
  }

  /** What it printed, the latest lines. */
  String output() {
    synchronized (said) {
      return String.join("\n", said);
    }
  }

  void stop() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // this process is at its end: the hook runs
    }
  }

  private void end() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
