-- fields and tags are JSON: nothing is looked for in them. The body is last, so that listings do not read it.
CREATE TABLE lookup_tables (
	account     TEXT NOT NULL,
	region      TEXT NOT NULL,
	name        TEXT NOT NULL,
	description TEXT NOT NULL,
	size        BIGINT NOT NULL,
	fields      TEXT NOT NULL,
	records     BIGINT NOT NULL,
	tags        TEXT NOT NULL,
	updated     BIGINT NOT NULL,
	body        {{bytes}} NOT NULL,
	PRIMARY KEY (account, region, name)
);
