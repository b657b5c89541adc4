package io.github.suback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{\"a\":[1,2.5,{}],\"b\":null}       | {\"a\":[1.0,2.5,{}],\"b\":null}",
      " [ true , false , \"x\" ]           | [true,false,\"x\"]",
      "\"\\\"\\\\\\/\\u00e9\\n\"           | \"\\\"\\\\/é\\u000a\"",
      "[]                                  | []",
      "-1e3                                | -1000.0",
  })
  void readsAndWrites(String text, String want) {
    assertEquals(want, Json.write(Json.parse(text)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{", "[1", "\"a", "{\"a\" 1}", "no", "1 2", "``"})
  void refuses(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.parse(text == null ? "" : text));
  }
}
