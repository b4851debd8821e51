-- What Digipost's back end told the relay. hash is the SHA-256 of the nonce,
-- which itself is never stored; claimer that of the secret of who got the answer.
-- Times are nanoseconds since 1970, 0 for never.
CREATE TABLE relay (
	hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
	sender_id  INTEGER NOT NULL CHECK (sender_id > 0),
	at         INTEGER NOT NULL,
	claimer    BLOB CHECK (claimer IS NULL OR length(claimer) = 32),
	claimed_at INTEGER NOT NULL DEFAULT 0,
	conflicts  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The sweep goes by age, and counting reads no more than this.
CREATE INDEX relay_at ON relay (at);
