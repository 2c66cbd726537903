package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tailrace/internal/vfs"
)

const (
	manifestFile   = "manifest.json"
	manifestFormat = 1
)

// Manifest says what a backup is. It is JSON, indented.
type Manifest struct {
	Format  int       `json:"format"`
	Number  int64     `json:"number"` // backups in this directory, from 1
	Program string    `json:"program"`
	Begun   time.Time `json:"begun"`
	Ended   time.Time `json:"ended"`
	// Flushed and Last are positions of the write-ahead log: events up to the one are in segments, records up to the other are
	// in the log.
	Flushed uint64 `json:"flushed"`
	Last    uint64 `json:"last"`
	Files   []File `json:"files"`
	// Missing are segments that the store itself had lost.
	Missing []string `json:"missing,omitempty"`
	// Digest is the SHA-256 of this document with an empty digest.
	Digest string `json:"digest"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`   // in the data directory
	Stored string `json:"stored"` // in the directory of backups
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal
}

// ErrNoBackup says that a directory has no backup that came to its end.
var ErrNoBackup = errors.New("no complete backup (there is no " + manifestFile + ")")

// errDamaged says that a manifest is not as it was written.
var errDamaged = errors.New(manifestFile + " is damaged")

// ReadManifest reads and checks the manifest of a directory of backups. ErrNoBackup.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s: %w", dir, ErrNoBackup)
	} else if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w: %w", dir, errDamaged, err)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("%s: backup of format %d, this program knows format %d: use the program that made it", dir, m.Format, manifestFormat)
	}
	want := m.Digest
	if err := m.sign(); err != nil || m.Digest != want {
		return m, fmt.Errorf("%s: %w: its digest differs", dir, errDamaged)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(f.Name) || !filepath.IsLocal(f.Stored) {
			return m, fmt.Errorf("%s: %w: file %q", dir, errDamaged, f.Name)
		}
	}
	return m, nil
}

// sign sets the digest.
func (m *Manifest) sign() error {
	m.Digest = ""
	text, err := m.encode()
	sum := sha256.Sum256(text)
	m.Digest = hex.EncodeToString(sum[:])
	return err
}

func (m *Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// write puts the manifest in place, durably: from then on the backup counts.
func (m *Manifest) write(dir string) error {
	if err := m.sign(); err != nil {
		return err
	}
	text, err := m.encode()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, manifestFile)
	if err := writeDurable(name+".tmp", text); err != nil {
		return err
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		return err
	}
	return vfs.OS().SyncDir(dir)
}

// find is the file with a name in the data directory.
func (m *Manifest) find(name string) (File, bool) {
	for _, f := range m.Files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

// Bytes is the size of all files together.
func (m *Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}
