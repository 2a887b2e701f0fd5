-- What a provider sent under somebody's pseudonym and was refused: the row stays, the words go.
update scenarios_refusal as refusal
set raw = null
from scenarios_batch as batch
where batch.id = refusal.batch_id and batch.provider_id = %(provider_id)s
  and refusal.raw ~ %(pattern)s
