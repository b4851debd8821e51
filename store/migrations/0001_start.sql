-- Times are nanoseconds since 1970 in UTC, 0 for "not yet". Sealed columns are
-- blobs whose context is (table, column, row); *_hash columns are keyed hashes.

-- What the user chose and what changes letters.
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Single facts of this data folder and its sender, as JSON.
CREATE TABLE fact (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE host_key (
    host        TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

-- A sign-up attempt; the whole of it is sealed since the addresses in it hold
-- the nonce.
CREATE TABLE onboarding (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    id   TEXT NOT NULL UNIQUE,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE mapping (
    headings_hash TEXT PRIMARY KEY,
    headings      TEXT NOT NULL,
    mapping       TEXT NOT NULL,
    at            INTEGER NOT NULL
) STRICT;

CREATE TABLE person (
    id                  INTEGER PRIMARY KEY,
    customer_id         TEXT NOT NULL UNIQUE,
    birth_number        BLOB,
    birth_hash          BLOB,
    account             BLOB,
    account_hash        BLOB,
    organisation_number TEXT NOT NULL,
    digipost_address    TEXT NOT NULL,
    person_alias        TEXT NOT NULL,
    first_name          TEXT NOT NULL,
    middle_name         TEXT NOT NULL,
    last_name           TEXT NOT NULL,
    full_name           TEXT NOT NULL,
    birth_date          TEXT NOT NULL,
    address1            TEXT NOT NULL,
    address2            TEXT NOT NULL,
    postcode            TEXT NOT NULL,
    town                TEXT NOT NULL,
    country             TEXT NOT NULL,
    phone               TEXT NOT NULL,
    email               TEXT NOT NULL,
    digipost            TEXT NOT NULL,
    reason              TEXT NOT NULL,
    uncertain           INTEGER NOT NULL,
    checked             INTEGER NOT NULL,
    last_letter         INTEGER NOT NULL,
    created             INTEGER NOT NULL,
    changed             INTEGER NOT NULL,
    -- revision grows with every change, so that an undo sees what came after.
    revision            INTEGER NOT NULL,
    -- name_key finds the same name and address again, sort_name sorts as
    -- Norwegian does, search is what a search looks in.
    name_key            TEXT NOT NULL,
    sort_name           TEXT NOT NULL,
    search              TEXT NOT NULL
) STRICT;
CREATE INDEX person_birth_hash ON person (birth_hash) WHERE birth_hash IS NOT NULL;
CREATE INDEX person_organisation_number ON person (organisation_number);
CREATE INDEX person_digipost_address ON person (digipost_address COLLATE NOCASE);
CREATE INDEX person_name_key ON person (name_key);
CREATE INDEX person_sort_name ON person (sort_name, id);
CREATE INDEX person_digipost ON person (digipost, checked);

CREATE TABLE person_group (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    PRIMARY KEY (person_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_group_name ON person_group (name, person_id);

CREATE TABLE import (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    file        TEXT NOT NULL,
    sheet       TEXT NOT NULL,
    at          INTEGER NOT NULL,
    new_count   INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    same        INTEGER NOT NULL,
    undone      INTEGER NOT NULL,
    group_name  TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    header_row  INTEGER NOT NULL,
    row_count   INTEGER NOT NULL
) STRICT;

-- What an import did to a person; before is the sealed person as it was.
CREATE TABLE import_change (
    import_seq INTEGER NOT NULL REFERENCES import (seq) ON DELETE CASCADE,
    person_id  INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    before     BLOB,
    revision   INTEGER NOT NULL,
    PRIMARY KEY (import_seq, person_id)
) STRICT;
CREATE INDEX import_change_person ON import_change (person_id);

CREATE TABLE job (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    via           TEXT NOT NULL,
    state         TEXT NOT NULL,
    name          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    options       TEXT NOT NULL,
    sender        TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    approved      INTEGER NOT NULL,
    batch_job_id  TEXT NOT NULL,
    upload_name   TEXT NOT NULL,
    upload_started  INTEGER NOT NULL,
    earlier_uploads TEXT NOT NULL,
    source        TEXT NOT NULL,
    created       INTEGER NOT NULL,
    approved_at   INTEGER NOT NULL,
    release_at    INTEGER NOT NULL,
    handed_over   INTEGER NOT NULL,
    ended         INTEGER NOT NULL,
    ending        TEXT NOT NULL,
    trouble       TEXT NOT NULL,
    trouble_fields TEXT NOT NULL,
    trouble_since INTEGER NOT NULL,
    refused_text  TEXT NOT NULL
) STRICT;
CREATE INDEX job_state ON job (state);

CREATE TABLE document (
    job_seq   INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    idx       INTEGER NOT NULL,
    name      TEXT NOT NULL,
    file_type TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    size      INTEGER NOT NULL,
    pages     INTEGER NOT NULL,
    staged    TEXT NOT NULL,
    PRIMARY KEY (job_seq, idx)
) STRICT;
CREATE INDEX document_sha256 ON document (sha256);

CREATE TABLE item (
    id             INTEGER PRIMARY KEY,
    job_seq        INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    seq            INTEGER NOT NULL,
    customer_id    TEXT NOT NULL,
    row            INTEGER NOT NULL,
    name           TEXT NOT NULL,
    search         TEXT NOT NULL,
    to_kind        TEXT NOT NULL,
    -- The number or address: in to_sealed for birth and account numbers.
    to_value       TEXT NOT NULL,
    to_sealed      BLOB,
    to_hash        BLOB,
    to_person      TEXT NOT NULL,
    message_id     TEXT NOT NULL,
    document_uuids TEXT NOT NULL,
    recipient_key  TEXT NOT NULL,
    status         TEXT NOT NULL,
    reason         TEXT NOT NULL,
    channel        TEXT NOT NULL,
    detail         TEXT NOT NULL,
    split          TEXT NOT NULL,
    finding        TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    not_before     INTEGER NOT NULL,
    sent_sha256    TEXT NOT NULL,
    sent_at        INTEGER NOT NULL,
    delivered_at   INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (job_seq, seq)
) STRICT;
-- Counting a job's items reads this index only.
CREATE INDEX item_counts ON item (job_seq, status, split);
CREATE INDEX item_customer ON item (customer_id) WHERE customer_id <> '';
CREATE INDEX item_to_hash ON item (to_hash) WHERE to_hash IS NOT NULL;
-- Two letters never share an id.
CREATE UNIQUE INDEX item_message_id ON item (message_id) WHERE message_id <> '';
CREATE UNIQUE INDEX item_recipient_key ON item (job_seq, recipient_key) WHERE recipient_key <> '';

CREATE TABLE request (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    job_seq     INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    extend      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    outcome     TEXT NOT NULL
) STRICT;
CREATE INDEX request_open ON request (job_seq) WHERE outcome = '';

CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    job_seq     INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    remote_name TEXT NOT NULL,
    kind        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    staged      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    UNIQUE (job_seq, remote_name)
) STRICT;

CREATE TABLE event (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    job_seq INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    code    TEXT NOT NULL,
    fields  TEXT NOT NULL
) STRICT;
CREATE INDEX event_job ON event (job_seq, id);

-- Which split answers have reached the register, so that none counts twice.
CREATE TABLE finding_applied (
    job_seq   INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    cleared   INTEGER NOT NULL,
    PRIMARY KEY (job_seq, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_applied_person ON finding_applied (person_id);

-- Each line's hash covers the line and the hash before it.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    action TEXT NOT NULL,
    job    TEXT NOT NULL,
    fields TEXT NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
