package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tailrace/internal/vfs"
)

const (
	secretMode = 0o600 // of files that hold keys, and of those beside them
	dirMode    = 0o700
	bufferSize = 1 << 20
)

// writeDurable writes a small file and syncs it.
func writeDurable(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, secretMode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// copyDurable copies what a reader gives into a new file, syncs it and tells its size and checksum.
func copyDurable(ctx context.Context, to string, from io.Reader, mode os.FileMode, read func(int)) (size int64, sum string, err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return 0, "", err
	}
	size, sum, err = pass(ctx, f, from, read)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, "", fmt.Errorf("copy to %s: %w", to, err)
	}
	return size, sum, nil
}

// pass copies a reader to a writer and sums it up.
func pass(ctx context.Context, to io.Writer, from io.Reader, read func(int)) (size int64, sum string, err error) {
	hash, buffer := sha256.New(), make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return size, "", err
		}
		n, err := from.Read(buffer)
		hash.Write(buffer[:n])
		if _, err := to.Write(buffer[:n]); err != nil {
			return size, "", err
		}
		size += int64(n)
		read(n)
		if errors.Is(err, io.EOF) {
			return size, hex.EncodeToString(hash.Sum(nil)), nil
		} else if err != nil {
			return size, "", err
		}
	}
}

// makeDir makes a directory with a durable name.
func makeDir(name string) error {
	if err := os.MkdirAll(name, dirMode); err != nil {
		return err
	}
	return vfs.OS().SyncDir(filepath.Dir(name))
}

// isEmpty tells whether nothing is in a directory but what file systems put there themselves; one that is not there is empty.
func isEmpty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			return false, nil
		}
	}
	return true, err
}
