-- Keys are made by the application (UUIDv7) and there is no sequence and no trigger: both would
-- behave differently on a logical subscriber. Every table has a primary key, which is also its
-- replica identity.
create schema ledger;

create table ledger.payment (
  id          uuid        primary key,
  status      text        not null,
  currency    text        not null check (currency ~ '^[A-Z]{3}$'),
  authorised  bigint      not null check (authorised between 1 and 1000000000000000),
  captured    bigint      not null default 0,
  refunded    bigint      not null default 0,
  payer       text        not null check (payer ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  payee       text        not null check (payee ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  reference   text        check (length(reference) between 1 and 140),
  session_id  text        check (length(session_id) between 1 and 64),
  created_at  timestamptz not null,
  updated_at  timestamptz not null check (updated_at >= created_at),
  constraint payment_id_currency unique (id, currency),
  constraint payment_two_parties check (payer <> payee),
  constraint payment_amounts check (
    captured between 0 and authorised and refunded between 0 and captured),
  -- The state machine of docs/payment-api.md: a state says what the amounts are.
  constraint payment_state check (
    case status
      when 'AUTHORISED'         then captured = 0
      when 'CAPTURED'           then captured > 0 and refunded = 0
      when 'PARTIALLY_REFUNDED' then refunded > 0 and refunded < captured
      when 'REFUNDED'           then refunded > 0 and refunded = captured
      else false
    end)
);

create table ledger.booking (
  id          uuid        primary key,
  payment_id  uuid        not null,
  kind        text        not null check (kind in ('AUTHORISATION', 'CAPTURE', 'REFUND')),
  currency    text        not null,
  created_at  timestamptz not null,
  constraint booking_id_currency unique (id, currency),
  -- With the currency, so that a booking cannot be in another one than its payment.
  constraint booking_payment
    foreign key (payment_id, currency) references ledger.payment (id, currency)
);

-- A payment is authorised once and captured once.
create unique index booking_once on ledger.booking (payment_id, kind) where kind <> 'REFUND';
create index booking_refunds on ledger.booking (payment_id) where kind = 'REFUND';

create table ledger.posting (
  booking_id  uuid     not null,
  line        smallint not null check (line between 1 and 9),
  account     text     not null,
  currency    text     not null,
  -- Positive: the account gets money. Negative: it gives money.
  amount      bigint   not null check (amount <> 0),
  primary key (booking_id, line),
  constraint posting_booking
    foreign key (booking_id, currency) references ledger.booking (id, currency)
);

create index posting_account on ledger.posting (account, currency) include (amount);

create table ledger.idempotency_key (
  key          text        primary key check (length(key) between 1 and 128),
  -- SHA-256 of what was asked.
  fingerprint  text        not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  payment_id   uuid        not null,
  status       smallint    not null check (status between 200 and 299),
  body         text        not null,
  created_at   timestamptz not null,
  -- Deferred, because the key is written before the payment that it protects.
  constraint idempotency_key_payment
    foreign key (payment_id) references ledger.payment (id) deferrable initially deferred
);

create view ledger.unbalanced_booking as
  select b.id, b.payment_id, b.kind, b.currency, coalesce(sum(p.amount), 0) as sum,
         count(p.line) as postings
  from ledger.booking b left join ledger.posting p on p.booking_id = b.id
  group by b.id
  having coalesce(sum(p.amount), 0) <> 0 or count(p.line) < 2;
