-- Times are epoch milliseconds, names are bytes, truth is 0 or 1. docs/format/catalog.md describes every table.

CREATE TABLE groups (
	id                  {{id}},
	account             TEXT NOT NULL,
	region              TEXT NOT NULL,
	name                {{bytes}} NOT NULL,
	created             BIGINT NOT NULL,
	class               TEXT NOT NULL,
	retention_days      BIGINT NOT NULL,
	kms_key_id          TEXT NOT NULL,
	deletion_protection BIGINT NOT NULL,
	UNIQUE (account, region, name)
);

CREATE TABLE group_tags (
	group_id BIGINT NOT NULL,
	key      TEXT NOT NULL,
	value    TEXT NOT NULL,
	PRIMARY KEY (group_id, key)
) {{clustered}};

CREATE TABLE dropped_groups (
	id BIGINT NOT NULL PRIMARY KEY
) {{clustered}};

-- In order of name, so that a page by name or prefix is neighbouring rows. The id is given by the counter.
CREATE TABLE streams (
	group_id       BIGINT NOT NULL,
	name           {{bytes}} NOT NULL,
	id             BIGINT NOT NULL UNIQUE,
	created        BIGINT NOT NULL,
	first_event    BIGINT NOT NULL,
	last_event     BIGINT NOT NULL,
	last_ingestion BIGINT NOT NULL,
	events         BIGINT NOT NULL,
	bytes          BIGINT NOT NULL,
	sequence       BIGINT NOT NULL,
	PRIMARY KEY (group_id, name)
) {{clustered}};

CREATE INDEX streams_by_last_event ON streams (group_id, last_event, name);

CREATE TABLE dropped_streams (
	id       BIGINT NOT NULL PRIMARY KEY,
	group_id BIGINT NOT NULL
) {{clustered}};

CREATE TABLE segments (
	id     BIGINT NOT NULL PRIMARY KEY,
	object TEXT NOT NULL,
	size   BIGINT NOT NULL
) {{clustered}};

CREATE TABLE segment_groups (
	segment_id  BIGINT NOT NULL,
	group_id    BIGINT NOT NULL,
	events      BIGINT NOT NULL,
	bytes       BIGINT NOT NULL,
	first_event BIGINT NOT NULL,
	last_event  BIGINT NOT NULL,
	PRIMARY KEY (segment_id, group_id)
) {{clustered}};

CREATE TABLE counters (
	name  TEXT NOT NULL PRIMARY KEY,
	value BIGINT NOT NULL
) {{clustered}};

INSERT INTO counters (name, value) VALUES ('stream', 0), ('segment', 0), ('flushed', 0);

CREATE TABLE access_keys (
	access_key_id TEXT NOT NULL PRIMARY KEY,
	account       TEXT NOT NULL,
	description   TEXT NOT NULL,
	secret        {{bytes}} NOT NULL,
	created       BIGINT NOT NULL,
	disabled      BIGINT NOT NULL
) {{clustered}};
