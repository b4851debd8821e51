-- Cases of letters that reached the wrong people, with what is done about them. All
-- of it is sealed: people's notes stand in it.
CREATE TABLE misdelivery (
    id     TEXT PRIMARY KEY,
    opened INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
