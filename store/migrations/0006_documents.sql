-- Documents of one letter of a mailing alone, by the item's seq; 0 goes to all.
-- A document is named by item and idx, since each letter has its own first one.
CREATE TABLE document_by_letter (
    job_seq   INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    item      INTEGER NOT NULL,
    idx       INTEGER NOT NULL,
    name      TEXT NOT NULL,
    file_type TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    size      INTEGER NOT NULL,
    pages     INTEGER NOT NULL,
    staged    TEXT NOT NULL,
    PRIMARY KEY (job_seq, item, idx)
) STRICT;
INSERT INTO document_by_letter (job_seq, item, idx, name, file_type, sha256, size, pages, staged)
    SELECT job_seq, 0, idx, name, file_type, sha256, size, pages, staged FROM document;
DROP TABLE document;
ALTER TABLE document_by_letter RENAME TO document;
CREATE INDEX document_sha256 ON document (sha256);
