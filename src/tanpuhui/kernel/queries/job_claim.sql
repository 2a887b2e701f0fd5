-- The next job: one that waits, or one whose worker has given no sign of life. One claimant each.
update kernel_job set state = 'running', attempts = attempts + 1, done = 0, total = null,
  started_at = %(now)s, seen_at = %(now)s
where id = (
  select id from kernel_job
  where state = 'queued' or (state = 'running' and seen_at < %(lost)s)
  order by id
  limit 1
  for update skip locked
)
returning public_id, kind, title, params, asked_by, attempts
