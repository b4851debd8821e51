-- The head of the audit chain stands a second time, apart from the lines: lines
-- cut off the end of the chain show. A trigger writes it with each line, so that
-- no way of adding one can leave it out.
CREATE TRIGGER audit_head AFTER INSERT ON audit BEGIN
    INSERT INTO fact (key, value) VALUES ('audit_head', json_object('lines', new.id, 'head', lower(hex(new.hash))))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value;
END;
INSERT INTO fact (key, value)
    SELECT 'audit_head', json_object('lines', id, 'head', lower(hex(hash))) FROM audit ORDER BY id DESC LIMIT 1;

-- When a person was forgotten and taken out of an item: 0 is not yet, -1 is
-- before this was noted. An emptied item is known by its empty to_person.
ALTER TABLE item ADD COLUMN removed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_emptied ON item (removed_at) WHERE to_person = '';
UPDATE item SET removed_at = -1 WHERE to_person = '';
CREATE TRIGGER item_removed AFTER INSERT ON audit WHEN new.action = 'person_forgotten' BEGIN
    UPDATE item SET removed_at = new.at WHERE to_person = '' AND removed_at = 0;
END;
