/** PostgreSQL itself writes down each change that a terminal state or a result must never see. */
export interface Queryable {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export async function watchOver(database: Queryable): Promise<void> {
  await database.query(`
    create table forbidden_changes (file_id uuid not null, change text not null);
    create function note_left_terminal() returns trigger language plpgsql as $$
      begin
        insert into forbidden_changes values (old.id, old.status || ' -> ' || new.status);
        return new;
      end $$;
    create function note_result_changed() returns trigger language plpgsql as $$
      begin
        insert into forbidden_changes values (old.file_id, 'result rewritten');
        return new;
      end $$;
    create trigger left_terminal after update on files for each row
      when (old.status in ('COMPLETED', 'FAILED') and old.status <> new.status
        -- A retry grants further attempts: that is how it is known.
        and not (old.status = 'FAILED' and new.max_attempts > old.max_attempts)) execute function note_left_terminal();
    create trigger result_changed after update on results for each row execute function note_result_changed()`);
}

/** What was noted since the last call, as `id: COMPLETED -> PENDING`. */
export async function forbiddenChanges(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ id: string; change: string }>(
    'delete from forbidden_changes returning file_id as id, change',
  );
  return rows.map(({ id, change }) => `${id}: ${change}`);
}
