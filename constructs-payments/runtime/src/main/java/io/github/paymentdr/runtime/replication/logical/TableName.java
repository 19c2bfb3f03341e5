package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A table.
 *
 * @param schema its schema
 * @param name its name in it
 */
record TableName(String schema, String name) implements Comparable<TableName> {
  /** Reads the columns {@code schema_name} and {@code table_name}. */
  static TableName read(ResultSet row) throws SQLException {
    return new TableName(row.getString("schema_name"), row.getString("table_name"));
  }

  boolean isOfControl() {
    return schema.equals(ControlSchema.NAME);
  }

  String quoted() {
    return Sql.identifier(schema) + "." + Sql.identifier(name);
  }

  @Override
  public int compareTo(TableName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema == 0 ? name.compareTo(other.name) : bySchema;
  }

  /** {@return the name for people} */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
