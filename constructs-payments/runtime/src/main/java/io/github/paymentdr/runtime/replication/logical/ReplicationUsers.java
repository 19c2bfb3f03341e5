package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.List;

/**
 * The users that the other region logs in as, and their group, which has what they may do: read
 * what is replicated and ask for a drain.
 */
final class ReplicationUsers {
  static final String GROUP = LogicalSettings.REPLICATION_ROLE;

  /** On Aurora nobody may give the attribute; a role of this name stands for it. */
  private static final String RDS_ROLE = "rds_replication";

  /** The class of the errors of a login that is refused. */
  private static final String INVALID_AUTHORIZATION = "28";

  /** Who made tables in a schema will make more of them. */
  private static final String OWNERS =
      """
      select distinct pg_get_userbyid(owner)
      from (select nspowner as owner from pg_namespace where nspname = ?
            union select relowner from pg_class
              where relnamespace = to_regnamespace(quote_ident(?)) and relkind in ('r', 'p')) o
      where pg_has_role(current_user, owner, 'member')
      order by 1
      """;

  private static final String MAY_REPLICATE =
      """
      select rolreplication or exists (select from pg_auth_members
        where member = r.oid and roleid::regrole::text = 'rds_replication')
      from pg_roles r where rolname = ?
      """;

  private static final String USED_ELSEWHERE =
      "select exists (select from pg_shdepend where refobjid = 'dr_replication'::regrole)";

  private static final String USERS =
      """
      select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member
      where a.roleid = 'dr_replication'::regrole and m.rolname <> current_user
      order by 1
      """;

  private ReplicationUsers() {}

  /** Makes the group and gives it its rights. */
  static void putGroup(Sql local, List<String> schemas) throws SQLException {
    if (!exists(local, GROUP)) {
      local.execute("create role " + GROUP + " nologin");
    }
    local.execute("grant usage on schema dr to " + GROUP);
    local.execute("grant select on all tables in schema dr to " + GROUP);
    local.execute(
        "grant execute on function dr.drain(bigint), dr.undrain(bigint),"
            + " dr.followed_by(bigint, text) to "
            + GROUP);
    for (String schema : schemas) {
      local.execute("grant usage on schema " + Sql.identifier(schema) + " to " + GROUP);
      grantTables(local, schema);
      for (String owner : local.query(OWNERS, row -> row.getString(1), schema, schema)) {
        local.execute(
            "alter default privileges for role "
                + Sql.identifier(owner)
                + " in schema "
                + Sql.identifier(schema)
                + " grant select on tables to "
                + GROUP);
      }
    }
  }

  /** Lets the group read what a schema has now. */
  static void grantTables(Sql local, String schema) throws SQLException {
    String name = Sql.identifier(schema);
    local.execute("grant select on all tables in schema " + name + " to " + GROUP);
    local.execute("grant select on all sequences in schema " + name + " to " + GROUP);
  }

  /** Makes the user that the secret names, and gives it the password that the secret has. */
  static void putUser(Sql local, Servers servers) throws SQLException {
    Credentials credentials = servers.replicationUser().credentials();
    String user = Sql.identifier(credentials.user());
    if (!exists(local, credentials.user())) {
      local.execute("create role " + user + " login in role " + GROUP);
    }
    // All databases of a server share a role's row, so it is changed only if it has to be.
    if (!local.isTrue("select pg_has_role(?, '" + GROUP + "', 'member')", credentials.user())) {
      local.execute("grant " + GROUP + " to " + user);
    }
    if (!local.isTrue(MAY_REPLICATE, credentials.user())) {
      local.execute(
          exists(local, RDS_ROLE)
              ? "grant " + RDS_ROLE + " to " + user
              : "alter role " + user + " replication");
    }
    if (!canLogIn(servers)) {
      local.setPassword(credentials);
    }
  }

  /** {@return whether this region's database knows the user and the password of the secret} */
  static boolean canLogIn(Servers servers) throws SQLException {
    try {
      servers.connectLocalAsReplicationUser().close();
      return true;
    } catch (SQLException e) {
      if (e.getSQLState() != null && e.getSQLState().startsWith(INVALID_AUTHORIZATION)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Drops the users and their group, unless another database of the server has them too.
   *
   * @return whether they are gone
   */
  static boolean drop(Sql local) throws SQLException {
    if (!exists(local, GROUP)) {
      return true;
    }
    // Only a member may take away what a role was given.
    if (!local.isTrue("select pg_has_role('" + GROUP + "', 'usage')")) {
      local.execute("grant " + GROUP + " to current_user");
    }
    local.execute("drop owned by " + GROUP);
    if (local.isTrue(USED_ELSEWHERE)) {
      return false;
    }
    for (String user : local.query(USERS, row -> row.getString(1))) {
      local.execute("drop role " + Sql.identifier(user));
    }
    local.execute("drop role " + GROUP);
    return true;
  }

  static boolean exists(Sql sql, String role) throws SQLException {
    return sql.isTrue("select exists (select from pg_roles where rolname = ?)", role);
  }
}
