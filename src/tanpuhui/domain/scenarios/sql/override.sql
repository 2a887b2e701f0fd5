-- Approved changes of the rules are history: what held on any past day can be told.
create trigger scenarios_override_append_only
  before update or delete or truncate on scenarios_override
  for each statement execute function kernel_refuse_change();
