package auth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const keyFileSize = 32

// readKeyFile reads the key file, making it first if there is none. It refuses a file of another size and one that others
// than its owner may read.
func readKeyFile(name string) ([]byte, error) {
	key, err := loadKeyFile(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createKeyFile(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	return loadKeyFile(name)
}

func loadKeyFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() != keyFileSize {
		return nil, fmt.Errorf("key file %s: not a file of %d bytes; restore it from a backup, or remove it and all access keys", name, keyFileSize)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("key file %s: mode %04o lets others at it; chmod 600 it", name, mode)
	}
	key := make([]byte, keyFileSize)
	if _, err := io.ReadFull(f, key); err != nil {
		return nil, fmt.Errorf("key file %s: %w", name, err)
	}
	return key, nil
}

// createKeyFile writes the file beside its place and links it there: no crash leaves half of it, and of two processes one
// loses with fs.ErrExist.
func createKeyFile(name string) error {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, ".keyfile-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() {
		// Synced or given up: closing tells nothing more, and what is left over does no harm.
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	key := make([]byte, keyFileSize)
	rand.Read(key)
	if _, err := f.Write(key); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
