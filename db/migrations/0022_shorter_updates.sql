-- A claim sets this to the same value, by default, so that its update changes nothing behind `claimed_at` in the row: PostgreSQL
-- logs the bytes from the first change to the last.
alter table files alter column lease_ms set default 15000;
