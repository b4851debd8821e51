-- The batch at the sender API in which a mailing's letters wait for their
-- release, and how far it is.
ALTER TABLE job ADD COLUMN rest_batch TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN batch_step TEXT NOT NULL DEFAULT '';

-- A job that is to start at a time, that is paused, that was sent again to those
-- whom another did not reach, or that is a trial of another.
ALTER TABLE job ADD COLUMN start_at  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN paused_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN again     TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN trial_of  TEXT NOT NULL DEFAULT '';
CREATE INDEX job_again ON job (again) WHERE again <> '';

-- What did not go as it should and what people do about it; seq 0 is the job as
-- a whole. Who the letter is for stands in the item, which may be emptied.
CREATE TABLE deviation (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    job_seq  INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,
    code     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    owner    TEXT NOT NULL DEFAULT '',
    note     TEXT NOT NULL DEFAULT '',
    closed   INTEGER NOT NULL DEFAULT 0,
    why      TEXT NOT NULL DEFAULT '',
    resolved INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job_seq, seq, code)
) STRICT;
CREATE INDEX deviation_open ON deviation (job_seq) WHERE closed = 0;
