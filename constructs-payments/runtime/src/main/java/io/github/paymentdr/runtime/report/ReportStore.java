package io.github.paymentdr.runtime.report;

import java.io.IOException;
import java.nio.file.Path;

/** Where reports are kept. */
public interface ReportStore {
  /**
   * Stores a report and makes sure that it can be read again, complete.
   *
   * @param name the report's name, with {@code /} between folders; an earlier report of this name
   *     is not lost
   * @param content the file to store
   * @return where the report is, for people
   * @throws IOException if it was not stored; whoever asked must not go on
   */
  String store(String name, Path content) throws IOException;
}
