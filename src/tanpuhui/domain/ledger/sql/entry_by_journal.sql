-- The lines of a few recent journals without reading whole months: journals are numbered in the
-- order in which their lines are written, so a summary of page ranges is enough and costs nothing.
create index ledger_entry_by_journal on ledger_entry
  using brin (journal_id) with (pages_per_range = 64, autosummarize = on);
