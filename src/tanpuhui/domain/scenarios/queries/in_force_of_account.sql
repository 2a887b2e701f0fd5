not exists (
  select 1 from scenarios_act as later -- as in_force; no revision changes the account
  where later.provider_id = act.provider_id and later.item_no = act.item_no
    and later.account_id = act.account_id and later.revision > act.revision)
