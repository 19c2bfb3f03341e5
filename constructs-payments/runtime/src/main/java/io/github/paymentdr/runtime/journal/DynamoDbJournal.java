package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The journal in the control table. */
@SuppressWarnings("DoNotCallSuggester")
public final class DynamoDbJournal implements Journal {
  /**
   * Makes a journal.
   *
   * @param client a client of this region with short time limits
   * @param table the control table
   */
  public DynamoDbJournal(DynamoDbClient client, String table) {
    requireNonNull(client);
    requireNonNull(table);
  }

  @Override
  public void write(JournalEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JournalEntry> readAll() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeReplicated(Collection<JournalEntry> entries) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeDead(JournalEntry entry) {
    throw new UnsupportedOperationException();
  }
}
