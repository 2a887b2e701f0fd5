-- Where people live, as the place of their district in a list (0: not in it).
select {packed}
from parties_person as person
where person.party_id = any(%(ids)s)
