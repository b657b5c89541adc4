package io.github.suback;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A running gateway, and its first account.
 *
 * <pre>{@code
 * try (Suback suback = Suback.start("--config", "suback.yaml")) {
 *   String pem = suback.ca();
 *   int port = suback.port("mqtts");
 * }
 * }</pre>
 */
public final class Suback extends Account {
  private final Program program; // null: somebody else's
  private final Set<Account> made = ConcurrentHashMap.newKeySet(); // and not ended yet
  private String ca;

  private Suback(Admin gateway, Program program) {
    super(gateway, Json.object(((List<?>) Json.parse(gateway.get("/_suback/accounts"))).get(0)), account -> false);
    this.program = program;
  }

  /**
   * Starts a gateway on free ports of this machine. Below {@code suback run -- mvn test} it is the one that runs
   * there, with the arguments that suback run was given.
   *
   * @param arguments of suback serve, such as --config and the file
   * @throws IllegalStateException if there is no program suback, or it does not start; with its own words
   */
  public static Suback start(String... arguments) {
    String running = System.getenv("SUBACK_HTTP_URL");
    if (running != null && !running.isEmpty()) {
      return at(running);
    }
    Program program = new Program(List.of(arguments));
    return new Suback(new Admin(program.url()), program);
  }

  /** A gateway that runs already, by the URL of its http listener; closing this leaves it running. */
  public static Suback at(String url) {
    return new Suback(new Admin(url.replaceAll("/+$", "")), null);
  }

  /** Makes an account as the configuration describes the first one, and in which nothing has happened. */
  public Account newAccount() {
    return newAccount("t" + UUID.randomUUID().toString().substring(0, 8));
  }

  /** Makes an account of that name: a host name's label, as t1. It has this one's id, so that ARNs fit. */
  public Account newAccount(String name) {
    return newAccount(name, id());
  }

  /** Makes an account of that name and id, of 12 digits; "" asks for another than all have. */
  public Account newAccount(String name, String id) {
    String asked = Json.write(Map.of("name", name, "accountId", id));
    Account account = new Account(gateway(),
        Json.object(Json.parse(gateway().send("POST", "/_suback/accounts", asked))), made::remove);
    made.add(account);
    return account;
  }

  /** The certificate that clients must trust, as PEM. */
  public synchronized String ca() {
    if (ca == null) {
      ca = gateway().get("/_suback/ca.pem");
    }
    return ca;
  }

  /** TLS as a client has it that trusts this gateway. */
  public SSLContext sslContext() {
    return context(null);
  }

  /** TLS as a device has it, with the certificate and key of a key store. */
  public SSLContext sslContext(KeyStore identity, char[] password) {
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity, password);
      return context(keys.getKeyManagers());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("suback: the key store cannot be used", e);
    }
  }

  private SSLContext context(KeyManager[] keys) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("suback", CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(ca().getBytes(StandardCharsets.US_ASCII))));
      TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("suback: TLS", e);
    }
  }

  /** Ends the gateway within 6 seconds, if {@link #start} started it; of another the accounts made here. */
  @Override
  public void close() {
    if (program != null) {
      made.clear();
      program.stop();
      return;
    }
    RuntimeException problem = null;
    for (Account account : made) {
      try {
        account.close();
      } catch (RuntimeException e) { // the others are to be ended all the same
        problem = e;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
