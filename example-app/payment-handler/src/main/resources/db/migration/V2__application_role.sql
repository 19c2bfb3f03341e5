-- Roles belong to the whole server, so this one may exist already.
do $$
begin
  create role "${applicationUser}" login;
exception
  when duplicate_object then null;
end
$$;

-- On Aurora this makes IAM authentication tokens the only way to log in. Other servers have no such
-- role.
do $$
begin
  if exists (select from pg_roles where rolname = 'rds_iam') then
    grant rds_iam to "${applicationUser}";
  end if;
end
$$;

grant usage on schema ledger to "${applicationUser}";
grant select, insert on ledger.payment, ledger.booking, ledger.posting, ledger.idempotency_key
  to "${applicationUser}";
grant update (status, captured, refunded, updated_at) on ledger.payment to "${applicationUser}";
