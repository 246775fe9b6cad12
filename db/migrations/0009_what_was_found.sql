-- Results are looked for by what the analysis found. Each index holds the few results that it is about, in the order of lists,
-- so that a plain text costs no entry. src/adapters/postgres/results/found.ts has the same expressions.
create index results_by_language on results ((output_data #>> '{findings,text,language}') collate "C", file_id)
  where (output_data #>> '{findings,text,language}') collate "C" is not null;
create index results_encrypted on results (file_id) where output_data @? '$.findings.*.encrypted ? (@ == true)';
create index results_mismatched on results (file_id) where output_data @> '{"extension_mismatch": true}';
create index results_with_errors on results (file_id) where output_data @? '$.findings.*.error';
