package io.github.paymentdr.runtime.peering;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** An answer of the EC2 API, or a part of it. */
final class Ec2Response {
  private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";

  private final Element element;

  private Ec2Response(Element element) {
    this.element = element;
  }

  static Ec2Response parse(InputStream xml) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature(NO_DOCTYPE, true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      // The default one writes to the error stream, beside the log.
      builder.setErrorHandler(new DefaultHandler());
      return new Ec2Response(builder.parse(xml).getDocumentElement());
    } catch (SAXException e) {
      throw new IOException("the answer is not XML", e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return the name of this part} */
  String name() {
    return element.getTagName();
  }

  /** {@return the text of a child, none if it is missing or empty} */
  Optional<String> text(String child) {
    return child(child).map(Ec2Response::text).filter(text -> !text.isEmpty());
  }

  /** {@return the text of this part} */
  String text() {
    return element.getTextContent().strip();
  }

  /** {@return the items of a list, none if it is missing} */
  List<Ec2Response> items(String list) {
    return child(list).stream().flatMap(Ec2Response::children).toList();
  }

  Optional<Ec2Response> child(String name) {
    return children().filter(child -> child.name().equals(name)).findFirst();
  }

  Stream<Ec2Response> children() {
    NodeList nodes = element.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(Element.class::isInstance)
        .map(Element.class::cast)
        .map(Ec2Response::new);
  }
}
