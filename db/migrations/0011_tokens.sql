-- Who may do what: docs/adr/0026-who-may-do-what.md. A leaked copy of this table opens nothing: secrets are only here as an
-- HMAC under a key that is not in the database.
create table tokens (
  id           text primary key,
  secret_hash  bytea not null,
  name         text not null,
  owner        text not null default '',
  tenant       text not null,
  scopes       text[] not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  -- Sessions of the page end with the token that they were begun with.
  is_session   boolean not null default false,
  parent       text references tokens (id) on delete cascade
);
create index tokens_parent on tokens (parent) where parent is not null;
