package io.github.suback;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a gateway and accounts, as parameters.
 *
 * <ul>
 *   <li>{@link Suback}: a gateway, one for each list of arguments and run of tests
 *   <li>{@link Account}: an account of it for this test alone, ended after it
 * </ul>
 *
 * <p>{@code @ExtendWith(SubackExtension.class)} starts it as it is without a file;
 * {@code @RegisterExtension static SubackExtension suback = new SubackExtension("--config", "suback.yaml")} with one.
 * After a test that failed, what was refused or withheld in its accounts is printed to standard error.
 */
public final class SubackExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace OURS = Namespace.create(SubackExtension.class);

  private final String[] arguments;

  /** As suback runs without a file. */
  public SubackExtension() {
    this(new String[0]);
  }

  /** With arguments of suback serve. */
  public SubackExtension(String... arguments) {
    this.arguments = arguments.clone();
  }

  /** Starts the gateway, so that no test's time has it in it. */
  @Override
  public void beforeAll(ExtensionContext context) {
    gateway(context);
  }

  private Suback gateway(ExtensionContext context) {
    return context.getRoot().getStore(OURS)
        .getOrComputeIfAbsent(List.of(arguments), key -> new Gateway(arguments), Gateway.class).suback;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Suback.class || type == Account.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == Suback.class) {
      return gateway(context);
    }
    if (context.getTestMethod().isEmpty()) { // JUnit asks for all tests of a class
      throw new ParameterResolutionException("suback: " + parameter.getDeclaringExecutable() + " is called for no one test: "
          + "want Account as a parameter of a test, of @BeforeEach or of @AfterEach, or Suback and its newAccount()");
    }
    return context.getStore(OURS)
        .getOrComputeIfAbsent(keyOf(context), key -> new Ended(gateway(context).newAccount()), Ended.class).account;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Ended own = context.getStore(OURS).get(keyOf(context), Ended.class);
    if (context.getExecutionException().isPresent()) {
      tell(own == null ? gateway(context) : own.account);
    }
  }

  /** Of one test: a store also answers with what those around it have. */
  private static String keyOf(ExtensionContext context) {
    return "account of " + context.getUniqueId();
  }

  private static void tell(Account account) {
    for (String outcome : List.of("REFUSED", "WITHHELD")) {
      for (Map<String, Object> event : account.trace("outcome", outcome)) {
        System.err.println("suback: " + event.get("client") + " " + event.get("operation") + " " + outcome + " "
            + event.getOrDefault("topic", "") + ": " + event.getOrDefault("hint", event.get("reason")));
      }
    }
  }

  /** Ends with the run of tests. */
  @SuppressWarnings("deprecation") // JUnit 5.13 ends what is AutoCloseable too; earlier ones end this alone
  private static final class Gateway implements Store.CloseableResource {
    final Suback suback;

    Gateway(String[] arguments) {
      suback = Suback.start(arguments);
    }

    @Override
    public void close() {
      suback.close();
    }
  }

  /** Ends with its test. */
  @SuppressWarnings("deprecation") // as above
  private static final class Ended implements Store.CloseableResource {
    final Account account;

    Ended(Account account) {
      this.account = account;
    }

    @Override
    public void close() {
      account.close();
    }
  }
}
