package io.github.suback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SubackExtension.class)
class SubackTest {
  private static final Duration SOON = Duration.ofMillis(1);

  @Test
  void tellsWhyNoMessageComes(Account account) throws Exception {
    try (Device pump = Device.connect(account.port("mqtt"), "pump-7", "no-receive");
        Device app = Device.connect(account.port("mqtt"), "app", "test")) {
      pump.subscribe("pumps/7/set");
      app.publish("pumps/7/set", "on");
      AssertionError e = assertThrows(AssertionError.class,
          () -> account.await(new CompletableFuture<>(), "pump-7", "pumps/7/set"));
      assertTrue(e.getMessage().contains("no statement allows iot:Receive: it is needed on topic/pumps/7/set"), e.getMessage());
      assertEquals("pumps/7/set", account.trace("outcome", "WITHHELD").get(0).get("topic"));
      assertEquals(2, account.clients().size());
    }
  }

  @Test
  void tellsThatNobodyPublishes(Account account) throws Exception {
    try (Device pump = Device.connect(account.port("mqtt"), "pump-7", "test")) {
      pump.subscribe("pumps/7/set");
      AssertionError e = assertThrows(AssertionError.class,
          () -> account.await(new CompletableFuture<>(), "pump-7", "pumps/7/set", SOON));
      assertTrue(e.getMessage().contains("within 1 ms\n"), e.getMessage());
      assertTrue(e.getMessage().contains("obody publishes"), e.getMessage());
    }
  }

  @Test
  void returnsWhatCame(Account account) {
    assertEquals("on", account.await(CompletableFuture.completedFuture("on"), "pump-7", "a"));
    CompletableFuture<String> broken = new CompletableFuture<>();
    broken.completeExceptionally(new IllegalStateException("no codec"));
    AssertionError e = assertThrows(AssertionError.class, () -> account.await(broken, "pump-7", "a"));
    assertTrue(e.getMessage().contains("no codec"), e.getMessage());
  }

  @Test
  void accountsAreApart(Suback suback, Account account) throws Exception {
    assertEquals(suback.id(), account.id()); // so that ARNs in policies and functions fit
    try (Account other = suback.newAccount("other", "")) {
      assertNotEquals(suback.id(), other.id());
    }
    assertEquals(account.name() + ".localhost", account.host());
    assertTrue(account.httpUrl().toString().endsWith("/_suback/accounts/" + account.name()));
    assertEquals(account.httpUrl().toString(), account.environment().get("AWS_ENDPOINT_URL"));
    try (Device pump = Device.connect(account.port("mqtt"), "pump-7", "test")) {
      assertEquals(1, account.clients().size());
      assertTrue(suback.clients().isEmpty());
    }
    assertThrows(IllegalArgumentException.class, () -> account.port("mqtt5"));
  }

  @Test
  void pointsAChildHere(Account account) {
    Map<String, String> child = new HashMap<>(Map.of("PATH", "/bin", "AWS_PROFILE", "prod", "AWS_DEFAULT_PROFILE", "prod",
        "AWS_SESSION_TOKEN", "real", "AWS_SECURITY_TOKEN", "real",
        "AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z", "AWS_ENDPOINT_URL_S3", "http://real",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));
    account.pointHere(child);
    assertEquals("/bin", child.remove("PATH"));
    assertEquals(account.environment(), child);
    assertEquals("", child.get("AWS_SESSION_TOKEN"));
  }

  @Test
  void leavesNoAccountsInAGatewayOfOthers(Suback suback) {
    Suback again = Suback.at(suback.httpUrl().toString());
    List<Account> made = List.of(again.newAccount(), again.newAccount(), again.newAccount());
    try (Account sameName = made.get(0)) {
      assertTrue(sameName.clients().isEmpty());
    }
    made.get(0).close(); // once more
    again.close();
    for (Account account : made) {
      assertThrows(IllegalStateException.class, account::clients);
    }
    AssertionError e = assertThrows(AssertionError.class,
        () -> made.get(0).await(new CompletableFuture<>(), "pump-7", "a", SOON));
    assertTrue(e.getMessage().startsWith("client pump-7 got no message on a within 1 ms\n(the reason is not known: "),
        e.getMessage());
  }

  @Test
  void asksForFailuresAndMovesTheClock(Account account) throws Exception {
    int id = account.fault(Map.of("on", "connect", "do", "refuse", "client", "pump-7", "times", 1));
    assertTrue(id > 0);
    assertThrows(Exception.class, () -> Device.connect(account.port("mqtt"), "pump-7", "test"));
    account.removeFaults();
    try (Device pump = Device.connect(account.port("mqtt"), "pump-7", "test")) {
      account.advance(Duration.ofDays(2)); // an authorizer's disconnectAfterInSeconds is a day
      pump.awaitEnd();
    }
    account.reset();
    assertTrue(account.trace("outcome", "REFUSED").isEmpty());
    IllegalStateException e = assertThrows(IllegalStateException.class,
        () -> account.fault(Map.of("on", "pubak", "do", "drop")));
    assertTrue(e.getMessage().contains("POST /_suback/faults: 400"), e.getMessage());
  }

  @Test
  void trustsItsCertificate(Suback suback) throws Exception {
    try (SSLSocket socket = (SSLSocket) suback.sslContext().getSocketFactory()
        .createSocket("localhost", suback.port("https"))) {
      socket.startHandshake();
    }
  }

  @Test
  void saysInItsOwnWordsWhyItDoesNotStart() {
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> Suback.start("--config", "absent.yaml"));
    assertTrue(e.getMessage().contains("absent.yaml"), e.getMessage());
    e = assertThrows(IllegalStateException.class, () -> Suback.start("--http", "off"));
    assertTrue(e.getMessage().contains("no http listener"), e.getMessage());
  }

  @Test
  void endsWithItsOwner() {
    Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
    List<ProcessHandle> started;
    try (Suback suback = Suback.start()) {
      started = ProcessHandle.current().children().filter(child -> !before.contains(child)).collect(Collectors.toList());
      assertEquals(suback.id(), Suback.at(suback.httpUrl() + "/").id());
    }
    assertEquals(1, started.size());
    assertTrue(started.stream().noneMatch(ProcessHandle::isAlive), started::toString);
  }
}
