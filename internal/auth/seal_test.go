package auth

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSeal(t *testing.T) {
	s, err := newSealer(make([]byte, keyFileSize))
	if err != nil {
		t.Fatal(err)
	}
	sealed := s.seal("AKIDEXAMPLE", "secret")
	if got, err := s.open("AKIDEXAMPLE", sealed); got != "secret" || err != nil {
		t.Fatal(got, err)
	}
	if bytes.Equal(sealed, s.seal("AKIDEXAMPLE", "secret")) {
		t.Error("the nonce is used twice")
	}
	if _, err := s.open("AKIDEXAMPLF", sealed); err == nil {
		t.Error("opens for another key")
	}
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := s.open("AKIDEXAMPLE", changed); err == nil {
				t.Errorf("opens with bit %d of byte %d changed", bit, i)
			}
		}
		if _, err := s.open("AKIDEXAMPLE", sealed[:i]); err == nil {
			t.Errorf("opens when cut at %d", i)
		}
	}
}

func FuzzOpenSealed(f *testing.F) {
	s, err := newSealer(make([]byte, keyFileSize))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("AKIDEXAMPLE", []byte{})
	f.Add("AKIDEXAMPLE", append([]byte{sealVersion}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, id string, sealed []byte) {
		if secret, err := s.open(id, sealed); err == nil {
			t.Errorf("forged: %q", secret)
		}
	})
}

func TestKeyFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keyfile")
	first, err := readKeyFile(name)
	if err != nil || len(first) != keyFileSize || bytes.Equal(first, make([]byte, keyFileSize)) {
		t.Fatal(first, err)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if second, err := readKeyFile(name); err != nil || !bytes.Equal(first, second) {
		t.Error("a second start reads another key", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "*")); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
}

func TestBadKeyFile(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
		mode os.FileMode
		want string
	}{
		{"short", 31, 0o600, "not a file of 32 bytes"},
		{"long", 33, 0o600, "not a file of 32 bytes"},
		{"empty", 0, 0o600, "not a file of 32 bytes"},
		{"group", 32, 0o640, "mode 0640 lets others at it"},
		{"world", 32, 0o604, "mode 0604 lets others at it"},
	} {
		name := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(name, make([]byte, c.size), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := readKeyFile(name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := readKeyFile(t.TempDir()); err == nil {
		t.Error("a directory is a key file")
	}
	if _, err := readKeyFile(filepath.Join(t.TempDir(), "nowhere", "keyfile")); err == nil {
		t.Error("a file is made in a directory that is not there")
	}
}

// TestKeyFileRace starts several at once: all must end up with one key.
func TestKeyFileRace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keyfile")
	var keys [8][]byte
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = readKeyFile(name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, key := range keys {
		if !bytes.Equal(key, keys[0]) {
			t.Fatal("two keys")
		}
	}
}
