package io.github.suback;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.RegisterExtension;

@ExtendWith(SubackExtension.class)
class SubackExtensionTest {
  @RegisterExtension
  static final Refused REFUSED = new Refused();

  private static Account ofAll;
  private static Account ofAnother;
  private Account own;

  @BeforeAll
  static void all(Account account) {
    ofAll = account;
  }

  @BeforeEach
  void each(Account account) {
    own = account;
  }

  @Test
  void hasNoAccountForAllTests() {
    assertNull(ofAll);
    assertTrue(REFUSED.why.getMessage().contains("want Account as a parameter of a test"), REFUSED.why.getMessage());
  }

  @RepeatedTest(2)
  void hasOneForEach(Account account) {
    assertSame(own, account);
    assertNotEquals(ofAnother, account);
    ofAnother = account;
  }

  /** Keeps what a @BeforeAll ends with. */
  static final class Refused implements LifecycleMethodExecutionExceptionHandler {
    Throwable why;

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable e) {
      why = e;
    }
  }
}
