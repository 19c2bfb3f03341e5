package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.List;

/**
 * The schema {@code dr}: what a region's database knows of its part in the pair. All of it can be
 * made again without harm.
 */
final class ControlSchema {
  static final String NAME = "dr";

  /**
   * Writers share this lock until they commit, and a drain takes it alone. Any number that no other
   * user of advisory locks in this database has.
   */
  private static final long WRITERS = 0x6472_5f66_656e_6365L;

  private static final List<String> TABLES =
      List.of(
          """
          create table if not exists dr.node (
            singleton               boolean     primary key default true check (singleton),
            region                  text        not null,
            role                    text        not null check (role in ('ACTIVE', 'STANDBY')),
            epoch                   bigint      not null check (epoch >= 1),
            changed_at              timestamptz not null default clock_timestamp(),
            -- Everything that was accepted here before the last drain is before this position.
            drained_position        pg_lsn,
            -- Host and port of the other database, for when nobody else can tell them.
            peer_host               text,
            subscription_credential text,
            apply_errors_seen       bigint      not null default 0,
            apply_errors_overcome   bigint      not null default 0,
            -- What a standby learns only while the other region answers.
            tables_missing          text[]      not null default '{}',
            problems_found          text[]      not null default '{}')
          """,
          // The subscriber gets all but received_at, and fills that in when the row arrives.
          """
          create table if not exists dr.heartbeat (
            region      text        not null,
            written_at  timestamptz not null,
            epoch       bigint      not null,
            received_at timestamptz not null default clock_timestamp(),
            primary key (region, written_at))
          """,
          """
          create table if not exists dr.sequence_position (
            schema_name   text   not null,
            sequence_name text   not null,
            last_value    bigint not null,
            primary key (schema_name, sequence_name))
          """,
          // What a standby has subscribed to, by the number that the other region gave the offer.
          """
          create table if not exists dr.followed_offer (
            schema_name text   not null,
            table_name  text   not null,
            offer       bigint not null,
            primary key (schema_name, table_name))
          """,
          // Whose slots of first copies are ours: the numbers of a subscription and of its server.
          """
          create table if not exists dr.subscriber (
            subscription bigint not null,
            server       text   not null,
            primary key (subscription, server))
          """,
          // Since when a slot keeps more than the limit although somebody reads it.
          """
          create table if not exists dr.over_limit (
            slot_name text        primary key,
            since     timestamptz not null default clock_timestamp())
          """,
          """
          create table if not exists dr.promotion (
            epoch             bigint      primary key,
            mode              text        not null,
            started_at        timestamptz not null,
            received_position pg_lsn,
            applied_position  pg_lsn,
            last_received_at  timestamptz,
            complete_until    timestamptz,
            fenced_at         timestamptz,
            -- From here on it cannot follow the other region any more, and must go on.
            detached_at       timestamptz,
            -- Where a planned one found the other region drained, and where the slot begins that
            -- it made for it. They tell whether that region can follow without a copy.
            drained_position  pg_lsn,
            handover_position pg_lsn,
            handover_offer    bigint[],
            completed_at      timestamptz)
          """,
          """
          create table if not exists dr.rebuild (
            id                bigint      primary key,
            epoch             bigint      not null,
            phase             text        not null,
            -- Where the comparison goes on; its findings up to there are stored.
            compared_table    text,
            compared_key      text[],
            report            text[]      not null default '{}',
            rows_only_here    bigint      not null default 0,
            rows_different    bigint      not null default 0,
            rows_compared     bigint      not null default 0,
            started_at        timestamptz not null default clock_timestamp(),
            report_written_at timestamptz,
            emptied_at        timestamptz,
            completed_at      timestamptz)
          """,
          // Only these may be emptied; the others have rows that no report has.
          """
          create table if not exists dr.rebuild_compared (
            id         bigint not null references dr.rebuild on delete cascade,
            table_name text   not null,
            primary key (id, table_name))
          """);

  /** A transaction with an older snapshot must fail rather than see who was active then. */
  private static final String IS_ACTIVE_NOW =
      """
      create or replace function dr.is_active_now() returns boolean
        language sql security definer set search_path = pg_catalog, pg_temp
        return (select role = 'ACTIVE' from dr.node for share)
      """;

  /**
   * The search path is fixed, so that nobody brings his own operators. Who is logged in must be the
   * owner for maintenance, so that a function with the owner's rights does not open the fence.
   */
  private static final String REQUIRE_ACTIVE =
      """
      create or replace function dr.require_active() returns trigger
        language plpgsql set search_path = pg_catalog, pg_temp as $fence$
      declare
        active boolean;
      begin
        perform pg_catalog.pg_advisory_xact_lock_shared(%s);
        if pg_catalog.current_setting('transaction_isolation') = 'read committed' then
          select role = 'ACTIVE' into active from dr.node;
        else
          active := dr.is_active_now();
        end if;
        if active then
          return null;
        end if;
        if pg_catalog.current_setting('dr.maintenance', true) = 'on'
          and (select pg_catalog.pg_has_role(session_user, relowner, 'member')
              and pg_catalog.pg_has_role(current_user, relowner, 'member')
            from pg_catalog.pg_class where oid = tg_relid) then
          return null;
        end if;
        raise exception using
          errcode = 'read_only_sql_transaction',
          message = pg_catalog.format('%%I.%%I cannot be written here: this region is the standby',
            tg_table_schema, tg_table_name),
          hint = 'Write in the active region; see dr.node.';
      end
      $fence$
      """
          .formatted(WRITERS);

  private static final String DRAIN =
      """
      create or replace function dr.drain(expected_epoch bigint) returns pg_lsn
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $drain$
      declare
        node dr.node;
      begin
        -- Waits for every transaction that passed the fence.
        perform pg_advisory_xact_lock(%s);
        select * into strict node from dr.node;
        if node.epoch <> expected_epoch then
          raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the epoch here is %%s, not %%s', node.epoch, expected_epoch);
        end if;
        if node.role = 'ACTIVE' then
          update dr.node set role = 'STANDBY', changed_at = clock_timestamp(),
            drained_position = pg_current_wal_insert_lsn();
        end if;
        return (select drained_position from dr.node);
      end
      $drain$
      """
          .formatted(WRITERS);

  /**
   * A region that was promoted has no slot of ours to read from any more, and a region that follows
   * another one has a subscription.
   */
  private static final String UNDRAIN =
      """
      create or replace function dr.undrain(expected_epoch bigint) returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $undrain$
      begin
        update dr.node set role = 'ACTIVE', changed_at = clock_timestamp(), drained_position = null
        where epoch = expected_epoch and drained_position is not null
          and exists (select from pg_replication_slots
            where database = current_database() and slot_name like 'dr\\_%to\\_%')
          and not exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
            where d.datname = current_database() and s.subname = 'dr_subscription')
          and not exists (select from dr.rebuild where completed_at is null);
        if not found then
          raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'this region was not drained in epoch ' || expected_epoch
              || ', or nobody can follow it any more';
        end if;
      end
      $undrain$
      """;

  private static final String FOLLOWED_BY =
      """
      create or replace function dr.followed_by(subscription bigint, server text) returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $followed$
      begin
        insert into dr.subscriber values (subscription, server) on conflict do nothing;
      end
      $followed$
      """;

  private static final List<String> FUNCTIONS =
      List.of(IS_ACTIVE_NOW, REQUIRE_ACTIVE, DRAIN, UNDRAIN, FOLLOWED_BY);

  /** A function may be called by everybody unless told otherwise. */
  private static final List<String> RIGHTS =
      List.of(
          "grant usage on schema dr to public",
          "grant select on dr.node, dr.heartbeat to public",
          "grant execute on function dr.is_active_now() to public",
          "revoke execute on function dr.drain(bigint), dr.undrain(bigint),"
              + " dr.followed_by(bigint, text) from public");

  private ControlSchema() {}

  /** Makes what is missing and brings functions and rights up to date. */
  static void create(Sql local) throws SQLException {
    local.execute("create schema if not exists dr");
    for (String statement : TABLES) {
      local.execute(statement);
    }
    for (String statement : FUNCTIONS) {
      local.execute(statement);
    }
    for (String statement : RIGHTS) {
      local.execute(statement);
    }
  }

  static boolean exists(Sql sql) throws SQLException {
    return sql.isTrue("select to_regclass('dr.node') is not null");
  }

  static void drop(Sql local) throws SQLException {
    local.execute("drop schema if exists dr cascade");
  }
}
