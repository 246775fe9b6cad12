-- Whose files they are: docs/adr/0029-tenants.md. A constant default rewrites no row.
alter table files add column tenant text not null default 'default';
alter table file_states add column tenant text not null default 'default';
alter table file_changes add column tenant text not null default 'default';

-- The counts of a tenant are the sum over its shards.
alter table file_counts add column tenant text not null default 'default';
alter table file_counts drop constraint file_counts_pkey, add primary key (tenant, shard, status, error_code);

-- Below, only the owner of the tables sees what no policy shows. db/access.sql has the policies, and the grants.
alter table files enable row level security;
alter table file_states enable row level security;
alter table file_changes enable row level security;
alter table file_counts enable row level security;
alter table results enable row level security;
alter table attempts enable row level security;

-- Whoever may delete a file deletes its result, and needs no other right on results.
alter function delete_results() security definer;
alter function delete_results() set search_path from current;
