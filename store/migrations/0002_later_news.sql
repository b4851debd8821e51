-- Letters are followed after delivery: Digipost tells of a document by its
-- uuid, so an item is found by the uuids of its documents.
CREATE TABLE item_document (
    uuid    TEXT PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX item_document_item ON item_document (item_id);
INSERT OR IGNORE INTO item_document (uuid, item_id)
    SELECT uuids.value, item.id FROM item, json_each(item.document_uuids) AS uuids
    WHERE item.document_uuids <> '' AND uuids.type = 'text';

-- When the present status came about at Digipost.
ALTER TABLE item ADD COLUMN status_at INTEGER NOT NULL DEFAULT 0;

-- The place in Digipost's feed of a sender.
CREATE TABLE mark (
    sender_id INTEGER PRIMARY KEY,
    mark      TEXT NOT NULL
) STRICT;

-- All options of a job that asks for more than a login level and secrecy, as
-- sealed JSON: amounts, accounts and addresses are in them. Then the column
-- options holds the two alone.
ALTER TABLE job ADD COLUMN options_sealed BLOB;

-- The newest wish of a kind is looked up for those who wait for it.
CREATE INDEX request_job ON request (job_seq, kind, id);
