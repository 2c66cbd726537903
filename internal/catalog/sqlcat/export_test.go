package sqlcat

// MigrateFiles is migrate, for tests that bring schema files of their own.
var MigrateFiles = migrate
