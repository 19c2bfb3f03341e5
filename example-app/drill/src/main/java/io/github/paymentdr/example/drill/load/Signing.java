package io.github.paymentdr.example.drill.load;

import java.net.URI;
import java.util.Map;

/** Says who sends a request, in its headers. */
interface Signing {
  /**
   * {@return the headers}
   *
   * @param method the method
   * @param uri the whole URI
   * @param caller who sends it
   * @param body the body, empty for none
   */
  Map<String, String> headers(String method, URI uri, String caller, byte[] body);
}
