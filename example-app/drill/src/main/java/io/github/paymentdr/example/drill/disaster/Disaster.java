package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/**
 * Something that goes wrong with a pair of regions while callers pay. When it begins, us-east-1 is
 * active and us-west-2 follows.
 */
public interface Disaster {
  /** {@return its name, as it is asked for} */
  String name();

  /** {@return what it is, in a few words} */
  String title();

  /** {@return what must happen, stated before it begins} */
  String expectation();

  /** {@return who brings the service back} */
  Recovery recovery();

  /** {@return how long it takes at production timers, about; long ones begin first} */
  default int aboutSeconds() {
    return 110;
  }

  /**
   * Lets it happen.
   *
   * @param stage the pair that it happens to
   * @throws Unmet if something did not come about, and there is no use in going on
   */
  void run(Stage stage);
}
