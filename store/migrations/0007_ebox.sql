-- The Belgian e-Box: the way there, the messages seen and the documents saved.
-- What they say of people is sealed; ids, times and hashes are plain.
CREATE TABLE ebox_trajectory (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE ebox_message (
    provider   TEXT NOT NULL,
    message    TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (provider, message)
) STRICT, WITHOUT ROWID;

-- A document that is to be saved (at is 0) or was. Its path, which holds the
-- message's subject, is found by a keyed hash.
CREATE TABLE ebox_download (
    provider    TEXT NOT NULL,
    message     TEXT NOT NULL,
    attachment  TEXT NOT NULL,
    path_hash   BLOB NOT NULL,
    sealed_path BLOB NOT NULL,
    sha256      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (provider, message, attachment, path_hash)
) STRICT, WITHOUT ROWID;

-- How reading each provider went.
CREATE TABLE ebox_source (
    provider TEXT PRIMARY KEY,
    source   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
