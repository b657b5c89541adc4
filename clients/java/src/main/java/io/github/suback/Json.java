package io.github.suback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as maps, lists, strings, doubles, booleans and null: as much as the gateway's answers need,
 * so that this library brings no other.
 */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value();
    if (json.peek() != 0) {
      throw json.wanted("the end");
    }
    return value;
  }

  @SuppressWarnings("unchecked") // of a JSON object all keys are strings
  static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  private Object value() {
    switch (peek()) {
      case '{':
        return members();
      case '[':
        return elements();
      case '"':
        return string();
      default:
        return word();
    }
  }

  private Map<String, Object> members() {
    Map<String, Object> all = new LinkedHashMap<>();
    at++;
    while (peek() != '}') {
      String name = string();
      take(':');
      all.put(name, value());
      if (peek() != '}') {
        take(',');
      }
    }
    at++;
    return all;
  }

  private List<Object> elements() {
    List<Object> all = new ArrayList<>();
    at++;
    while (peek() != ']') {
      all.add(value());
      if (peek() != ']') {
        take(',');
      }
    }
    at++;
    return all;
  }

  private String string() {
    take('"');
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      out.append(c == '\\' ? escaped() : c);
    }
    if (at == text.length()) {
      throw wanted("\"");
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    char c = at < text.length() ? text.charAt(at++) : 0;
    int plain = "nrtbf".indexOf(c);
    if (plain >= 0) {
      return "\n\r\t\b\f".charAt(plain);
    }
    if (c != 'u' || at + 4 > text.length()) {
      return c;
    }
    at += 4;
    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
  }

  private Object word() {
    int begin = at;
    while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0 && text.charAt(at) > ' ') {
      at++;
    }
    String word = text.substring(begin, at);
    switch (word) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      default:
        try {
          return Double.valueOf(word);
        } catch (NumberFormatException e) {
          throw wanted("a value");
        }
    }
  }

  /** The next character that is no space, 0 at the end. */
  private char peek() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void take(char c) {
    if (peek() != c) {
      throw wanted(String.valueOf(c));
    }
    at++;
  }

  private IllegalArgumentException wanted(String what) {
    return new IllegalArgumentException("JSON, character " + at + ": want " + what + " in " + text);
  }

  /** Writes maps, lists, strings, numbers, booleans and null. */
  static String write(Object value) {
    if (value instanceof Map) {
      List<String> members = new ArrayList<>();
      object(value).forEach((name, member) -> members.add(quoted(name) + ":" + write(member)));
      return "{" + String.join(",", members) + "}";
    }
    if (value instanceof List) {
      List<String> elements = new ArrayList<>();
      ((List<?>) value).forEach(element -> elements.add(write(element)));
      return "[" + String.join(",", elements) + "]";
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? String.valueOf(value)
        : quoted(value.toString());
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
