-- Pages of the samples' primary key end up two thirds full, because rows of a post arrive one by one between those of
-- others. A month that has ended gets no more rows: its key is rebuilt, once: storage/rebuilding.cpp.
CREATE TABLE insightd.rebuilt_month (
    month date PRIMARY KEY,
    rebuilt_at timestamptz NOT NULL,
    bytes_before bigint NOT NULL,
    bytes_after bigint NOT NULL
);
COMMENT ON TABLE insightd.rebuilt_month IS
    'Months of samples whose primary key was rebuilt after the month had ended: each once.';
COMMENT ON COLUMN insightd.rebuilt_month.month IS 'First day of the month (date, UTC).';
COMMENT ON COLUMN insightd.rebuilt_month.rebuilt_at IS
    'When (timestamptz, clock of the instance that did it).';
COMMENT ON COLUMN insightd.rebuilt_month.bytes_before IS 'Of the key, before (bytes).';
COMMENT ON COLUMN insightd.rebuilt_month.bytes_after IS 'Of the key, after (bytes).';
