-- groups and parameters are JSON: nothing is looked for in them.
CREATE TABLE query_definitions (
	account    TEXT NOT NULL,
	region     TEXT NOT NULL,
	id         TEXT NOT NULL,
	name       {{bytes}} NOT NULL,
	language   TEXT NOT NULL,
	text       TEXT NOT NULL,
	groups     TEXT NOT NULL,
	parameters TEXT NOT NULL,
	modified   BIGINT NOT NULL,
	PRIMARY KEY (account, region, id)
);

CREATE INDEX query_definitions_by_name ON query_definitions (account, region, name, id);
