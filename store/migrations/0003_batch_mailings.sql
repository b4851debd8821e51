-- How a mailing was sent: the pattern of the batch guide, empty for other jobs.
ALTER TABLE job ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
