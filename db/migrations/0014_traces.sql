-- The trace that the file belongs to, as W3C Trace Context writes it: each attempt becomes a part of it, whatever happened between.
-- Null unless the upload was sampled, so that it costs nothing otherwise. Never searched for.
alter table files add column traceparent text;
