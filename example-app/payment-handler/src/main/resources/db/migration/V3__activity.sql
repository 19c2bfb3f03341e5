-- A copy of the database that does not hear of the region that is active, in its epoch, does not
-- follow it, whatever it says of itself: the readers of a cluster that a failover has left behind
-- go on reading from it. Logical replication has a heartbeat of its own, so this stays empty there.
create table ledger.activity (
  region      text        primary key,
  epoch       bigint      not null check (epoch > 0),
  written_at  timestamptz not null
);

grant select, insert, update on ledger.activity to "${applicationUser}";
