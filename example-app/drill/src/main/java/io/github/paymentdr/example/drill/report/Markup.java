package io.github.paymentdr.example.drill.report;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Builds HTML and SVG, with everything escaped that is text. */
final class Markup {
  private final StringBuilder text = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are pairs of a name and a value. */
  Markup open(String element, Object... attributes) {
    tag(element, attributes).append(">");
    open.push(element);
    return this;
  }

  Markup close() {
    text.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /** An element without content, such as a line of a drawing. */
  Markup empty(String element, Object... attributes) {
    tag(element, attributes).append("/>\n");
    return this;
  }

  /** An element with text in it. */
  Markup element(String element, String content, Object... attributes) {
    return open(element, attributes).text(content).close();
  }

  Markup text(String content) {
    text.append(HtmlEscapers.htmlEscaper().escape(content));
    return this;
  }

  /** What is markup already. */
  Markup raw(String markup) {
    text.append(markup);
    return this;
  }

  private StringBuilder tag(String element, Object... attributes) {
    text.append("<").append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(" ")
          .append(attributes[i])
          .append("=\"")
          .append(HtmlEscapers.htmlEscaper().escape(value(attributes[i + 1])))
          .append("\"");
    }
    return text;
  }

  private static String value(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%.1f", number)
        : value.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
