create table ledger.half_done (id uuid primary key);
insert into ledger.no_such_table values (1);
