not exists (
  select 1 from scenarios_act as later -- the highest revision of an item is in force
  where later.provider_id = act.provider_id and later.item_no = act.item_no
    and later.revision > act.revision)
