// Package backup copies a store to a directory, beside a running server or without one, and puts it back. What a backup holds is
// docs/adr/0012-backup-protocol.md: everything that was acknowledged before it began, and of what came later a beginning.
//
//	TARGET/
//	  manifest.json        the last backup that came to its end: every file with size and SHA-256; written last
//	  backup.lock          marks the directory as one of backups; locked while a backup is made
//	  segments/            segments, hard links where TARGET is on the store's file system; shared by one backup and the next
//	  0000000003/          the rest of backup 3: catalog.db, wal/…, keyfile
//
// A backup into a directory that has one already copies only segments that are new, and takes the old one's place in the moment in
// which its manifest does; what the new one does not need is removed after that. Ended at any moment it leaves the old one whole.
package backup
