-- Tickets opened since a moment: how many, answered, answered in time, median seconds to answer.
select count(*), count(answered_at), count(*) filter (where answered_at <= due_at),
  percentile_disc(0.5) within group (order by extract(epoch from answered_at - opened_at)::bigint)
from supervision_ticket
where opened_at >= %(since)s
