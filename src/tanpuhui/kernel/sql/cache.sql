-- Django's cache for all processes: used second-factor codes and django-allauth's own counters.
create table kernel_cache (
  cache_key varchar(255) primary key,
  value text not null,
  expires timestamptz not null
);
create index kernel_cache_expires on kernel_cache (expires);
