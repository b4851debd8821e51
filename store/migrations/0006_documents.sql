-- Documents of one letter of a mailing alone, by the item's seq; 0 goes to all.
ALTER TABLE document ADD COLUMN item INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_item ON document (job_seq, item);
