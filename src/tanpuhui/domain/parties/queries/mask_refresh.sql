-- Links of one provider, or of all (0), in step with what their people agree to.
update parties_subjectlink as link
set scenario_mask = coalesce(({mask}), 0)
where (%(provider_id)s = 0 or link.provider_id = %(provider_id)s)
  and link.person_id = any(%(person_ids)s)
