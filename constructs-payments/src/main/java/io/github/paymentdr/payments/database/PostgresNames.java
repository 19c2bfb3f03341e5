package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.validation.Faults;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks names that Aurora PostgreSQL would refuse only when the cluster is being created. */
final class PostgresNames {
  /** From "CreateDBCluster" in the Amazon RDS API reference: {@code DatabaseName}. */
  private static final Pattern DATABASE = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  /** From "CreateDBCluster" in the Amazon RDS API reference: {@code MasterUsername}. */
  private static final Pattern MASTER_USER = Pattern.compile("[a-z][a-z0-9]{0,15}");

  /** From "SQL Key Words" in the PostgreSQL 15 documentation: those that are reserved. */
  private static final Set<String> RESERVED =
      ImmutableSet.of(
          "all",
          "analyse",
          "analyze",
          "and",
          "any",
          "array",
          "as",
          "asc",
          "asymmetric",
          "both",
          "case",
          "cast",
          "check",
          "collate",
          "column",
          "constraint",
          "create",
          "current_catalog",
          "current_date",
          "current_role",
          "current_time",
          "current_timestamp",
          "current_user",
          "default",
          "deferrable",
          "desc",
          "distinct",
          "do",
          "else",
          "end",
          "except",
          "false",
          "fetch",
          "for",
          "foreign",
          "from",
          "grant",
          "group",
          "having",
          "in",
          "initially",
          "intersect",
          "into",
          "lateral",
          "leading",
          "limit",
          "localtime",
          "localtimestamp",
          "not",
          "null",
          "offset",
          "on",
          "only",
          "or",
          "order",
          "placing",
          "primary",
          "references",
          "returning",
          "select",
          "session_user",
          "some",
          "symmetric",
          "table",
          "then",
          "to",
          "trailing",
          "true",
          "union",
          "unique",
          "user",
          "using",
          "variadic",
          "when",
          "where",
          "window",
          "with");

  /** Databases that every Aurora PostgreSQL cluster has already. */
  private static final Set<String> OWN_DATABASES =
      ImmutableSet.of("postgres", "rdsadmin", "template0", "template1");

  /** Users that Aurora PostgreSQL keeps for itself, and {@code admin}, which it refuses. */
  private static final Set<String> OWN_USERS = ImmutableSet.of("admin", "public", "rdsadmin");

  private PostgresNames() {}

  static void checkDatabase(Faults faults, String name) {
    if (faults.requireConcrete("databaseName", name)) {
      faults.unless(
          DATABASE.matcher(name).matches(),
          "databaseName must be 1 to 63 lower-case letters, digits and underscores, starting with a"
              + " letter, got '"
              + name
              + "'");
      checkNotReserved(faults, "databaseName", name, OWN_DATABASES, "payments");
    }
  }

  static void checkMasterUser(Faults faults, String name) {
    if (faults.requireConcrete("masterUsername", name)) {
      faults.unless(
          MASTER_USER.matcher(name).matches(),
          "masterUsername must be 1 to 16 lower-case letters and digits, starting with a letter, got"
              + " '"
              + name
              + "'");
      checkNotReserved(faults, "masterUsername", name, OWN_USERS, "clusteradmin");
    }
  }

  private static void checkNotReserved(
      Faults faults, String property, String name, Set<String> own, String suggestion) {
    faults.unless(
        !RESERVED.contains(name) && !own.contains(name),
        property
            + " must not be a word that Aurora PostgreSQL reserves, got '"
            + name
            + "'; choose another, for example "
            + suggestion);
  }
}
