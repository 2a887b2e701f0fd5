-- Entries: partitioned by month of the act, append-only, balanced per journal and asset.
create table ledger_entry (
  account_id bigint not null,
  occurred_on date not null,
  journal_id bigint not null,
  scenario_no smallint not null,
  reduction_mg bigint not null,
  points bigint not null,
  acts integer not null,
  primary key (account_id, occurred_on, journal_id, scenario_no)
) partition by range (occurred_on);

-- Set-wise over one statement: a journal's entries come in one statement, in the transaction that
-- made the journal (its recorded_at is that transaction's start), and each asset sums to zero.
create function ledger_entry_check() returns trigger language plpgsql as $$
declare bad record;
begin
  select sums.*, ledger_journal.recorded_at is distinct from transaction_timestamp() as is_foreign
  into bad
  from (
    select journal_id, sum(reduction_mg) as reduction_mg, sum(points) as points
    from new_entries group by journal_id
  ) as sums
  left join ledger_journal on ledger_journal.id = sums.journal_id
  where sums.reduction_mg <> 0 or sums.points <> 0
    or ledger_journal.recorded_at is distinct from transaction_timestamp()
  limit 1;
  if found and bad.is_foreign then
    raise exception 'ledger_closed_journal: journal % is not of this transaction', bad.journal_id
      using errcode = 'check_violation';
  elsif found then
    raise exception 'ledger_unbalanced: entries of journal % do not sum to zero', bad.journal_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

create function ledger_entry_attach(name text) returns void language plpgsql as $$
begin
  execute format('create trigger %I after insert on %I referencing new table as new_entries
    for each statement execute function ledger_entry_check()', name || '_check', name);
  execute format('create trigger %I before update or delete or truncate on %I
    for each statement execute function kernel_refuse_change()', name || '_append_only', name);
end $$;

select ledger_entry_attach('ledger_entry');

create trigger ledger_journal_append_only
  before update or delete or truncate on ledger_journal
  for each statement execute function kernel_refuse_change();

alter table ledger_account set (fillfactor = 75);
