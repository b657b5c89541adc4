package io.github.suback;

import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** An AWS account of a running gateway. What happens in one, no other sees. */
public class Account implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration GLANCE = Duration.ofMillis(200); // from one look at the gateway to the next
  private static final Set<String> THEIRS = Set.of("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN",
      "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION"); // they would go before the gateway's keys

  private final Admin gateway; // of all accounts
  private final Admin admin; // of this one
  private final Map<String, Object> info;
  private final Predicate<Account> ending; // says whether it is to be ended still

  Account(Admin gateway, Map<String, Object> info, Predicate<Account> ending) {
    this.gateway = gateway;
    this.admin = gateway.below(Objects.toString(info.get("path"), ""));
    this.info = info;
    this.ending = ending;
  }

  final Admin gateway() {
    return gateway;
  }

  /** Its name, "" for the gateway's first. */
  public String name() {
    return told("name");
  }

  /** Its id of 12 digits. */
  public String id() {
    return told("accountId");
  }

  public String region() {
    return told("region");
  }

  /** The data endpoint that its API tells: for a Host header or SNI, no name that this machine resolves. */
  public String endpoint() {
    return told("endpointAddress");
  }

  /** The name that TLS clients must say (SNI) to get to this account, as t1.localhost. */
  public String host() {
    return told("host");
  }

  /** The access key that may do everything in this account, "test" in the gateway's first. */
  public String accessKeyId() {
    return info.containsKey("accessKeyId") ? told("accessKeyId") : "test";
  }

  public String secretAccessKey() {
    return info.containsKey("secretAccessKey") ? told("secretAccessKey") : "test";
  }

  private String told(String member) {
    return Objects.toString(info.get(member), "");
  }

  /**
   * The port on 127.0.0.1 of a listener: mqtt, mqtts, https or http. That of plain MQTT is this account's own.
   *
   * @throws IllegalArgumentException if there is no such listener
   */
  public int port(String listener) {
    Object address = Json.object(info.get("listeners")).get(listener);
    if (address == null) {
      throw new IllegalArgumentException("suback: there is no listener " + listener + ", want one of "
          + Json.object(info.get("listeners")).keySet());
    }
    return Integer.parseInt(address.toString().replaceAll(".*:", ""));
  }

  /** The endpoint of AWS's APIs for this account, for endpointOverride of an SDK's client. */
  public URI httpUrl() {
    return URI.create(admin.base());
  }

  /**
   * What AWS SDKs and the aws command find here, to be added to the environment of a child. A profile of the
   * caller's cannot be undone by adding: {@link #pointHere} does.
   */
  public Map<String, String> environment() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("AWS_ENDPOINT_URL", admin.base());
    all.put("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"); // by true SDKs would go to AWS all the same
    all.put("AWS_REGION", region());
    all.put("AWS_DEFAULT_REGION", region());
    all.put("AWS_ACCESS_KEY_ID", accessKeyId());
    all.put("AWS_SECRET_ACCESS_KEY", secretAccessKey());
    all.put("AWS_SESSION_TOKEN", "");
    return all;
  }

  /**
   * Points a child here: {@code pointHere(processBuilder.environment())}. AWS's profile, session token and
   * endpoints are taken out, which would go before what {@link #environment} has; that is put in.
   */
  public void pointHere(Map<String, String> environment) {
    environment.keySet().removeIf(name -> THEIRS.contains(name) || name.startsWith("AWS_ENDPOINT_URL"));
    environment.putAll(environment());
  }

  /** Why nothing arrives at a client on a topic or filter (null: on any), for a person. */
  public String why(String client, String topic) {
    return admin.get("/_suback/why" + Admin.query("client", client, "topic", topic, "format", "text")).trim();
  }

  /**
   * Waits up to 10 seconds for a message, as {@link #await(Future, String, String, Duration)} does.
   */
  public <T> T await(Future<T> message, String client, String topic) {
    return await(message, client, topic, PATIENCE);
  }

  /**
   * Waits for a message that a client is to get on a topic.
   *
   * @param message completed by the client's callback, as a CompletableFuture is
   * @throws AssertionError with the cause and what to change, if it does not come; at once, if the policy
   *     of the client withholds it
   */
  public <T> T await(Future<T> message, String client, String topic, Duration within) {
    long end = System.nanoTime() + within.toNanos();
    while (true) {
      try {
        return message.get(Math.min(GLANCE.toNanos(), Math.max(0, end - System.nanoTime())), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        boolean withheld = withheld(client, topic);
        if (withheld || System.nanoTime() >= end) {
          throw new AssertionError("client " + client + " got no message on " + topic
              + (withheld ? "" : " within " + within.toMillis() + " ms") + "\n" + reason(client, topic));
        }
      } catch (ExecutionException e) {
        throw new AssertionError("client " + client + ", message on " + topic + ": " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while client " + client + " waited for " + topic, e);
      }
    }
  }

  /** Whether it is withheld, as far as the gateway says so. */
  private boolean withheld(String client, String topic) {
    try {
      Object why = Json.parse(admin.get("/_suback/why" + Admin.query("client", client, "topic", topic)));
      return "withheld".equals(Json.object(why).get("found"));
    } catch (IllegalStateException | UncheckedIOException e) {
      return false;
    }
  }

  /** Why, or that nobody knows: a gateway that is gone must not hide what did not happen. */
  private String reason(String client, String topic) {
    try {
      return why(client, topic);
    } catch (IllegalStateException | UncheckedIOException e) {
      return "(the reason is not known: " + e.getMessage() + ")";
    }
  }

  /**
   * What was decided, the newest last, each as docs/admin.md has it.
   *
   * @param namesAndValues which of it: client, outcome, topic, operation, rule, since, each with its value
   */
  public List<Map<String, Object>> trace(String... namesAndValues) {
    List<Map<String, Object>> all = new ArrayList<>();
    admin.get("/_suback/trace" + Admin.query(namesAndValues)).lines()
        .forEach(line -> all.add(Json.object(Json.parse(line))));
    return all;
  }

  /** Who is connected, with subscriptions. */
  public List<Map<String, Object>> clients() {
    List<Map<String, Object>> all = new ArrayList<>();
    ((List<?>) Json.parse(admin.get("/_suback/clients"))).forEach(client -> all.add(Json.object(client)));
    return all;
  }

  /** Brings every deadline nearer: of sessions, messages, tokens, authorizers' answers. */
  public void advance(Duration by) {
    admin.send("POST", "/_suback/clock", Json.write(Map.of("advance", by.toMillis() + "ms")));
  }

  /**
   * Asks for a failure, as docs/faults.md has them: {@code Map.of("on", "puback", "do", "drop", "client", "pump-7")}.
   *
   * @return its id
   */
  public int fault(Map<String, ?> fault) {
    Object asked = Json.parse(admin.send("POST", "/_suback/faults", Json.write(fault)));
    return ((Number) Json.object(asked).get("id")).intValue();
  }

  /** Takes all faults back. */
  public void removeFaults() {
    admin.send("DELETE", "/_suback/faults", "");
  }

  /** Disconnects everybody and forgets what happened and what the API changed. */
  public void reset() {
    admin.send("POST", "/_suback/reset", "");
  }

  /** Ends this account, with its connections; once more does nothing. */
  @Override
  public void close() {
    if (!ending.test(this)) {
      return;
    }
    gateway.send("DELETE", "/_suback/accounts/" + name(), "");
  }
}
