-- Holders' lines of some journals; the range lets the index skip everything older.
select {packed}
from ledger_entry as e
where e.journal_id = any(%(journal_ids)s)
  and e.journal_id between %(first)s and %(last)s
  and e.account_id > 0 and e.scenario_no > 0
