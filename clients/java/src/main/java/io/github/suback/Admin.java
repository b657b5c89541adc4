package io.github.suback;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The gateway's admin API over HTTP, of one account. */
final class Admin {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String base; // without / at its end

  Admin(String base) {
    this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), base);
  }

  private Admin(HttpClient http, String base) {
    this.http = http;
    this.base = base;
  }

  /** The same gateway, below another path. */
  Admin below(String path) {
    return new Admin(http, base + path);
  }

  String base() {
    return base;
  }

  String get(String path) {
    return send("GET", path, "");
  }

  /**
   * Sends a request and returns the answer's body.
   *
   * @throws IllegalStateException with what the gateway says, if it is not content
   */
  String send(String method, String path, String body) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE)
        .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new IllegalStateException("suback: " + method + " " + path + ": " + answer.statusCode() + " "
            + answer.body().trim());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException("suback: " + method + " " + base + path + ": the gateway does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("suback: " + method + " " + path));
    }
  }

  /** Names and values as the query of a URL, "" for none; what has no value is left out. */
  static String query(String... namesAndValues) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        out.append(out.length() == 0 ? '?' : '&').append(namesAndValues[i]).append('=')
            .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
      }
    }
    return out.toString();
  }
}
