package auth

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
)

// clock is a clock that tests turn.
type clock struct{ time.Time }

func (c *clock) now() time.Time          { return c.Time }
func (c *clock) advance(d time.Duration) { c.Time = c.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 11, 20, 21, 4, 54, 0, time.UTC)} }

func newCatalog(t testing.TB) catalog.Keys {
	t.Helper()
	cat, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cat.Close(); err != nil {
			t.Error(err)
		}
	})
	return cat
}

func newKeyring(t testing.TB, keys catalog.Keys, file string, c *clock) *Keyring {
	t.Helper()
	k, err := OpenKeyring(keys, file, KeyringOptions{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustLookup(t *testing.T, k *Keyring, id string, want bool) Key {
	t.Helper()
	key, ok, err := k.Lookup(t.Context(), id)
	if err != nil || ok != want {
		t.Fatalf("look up %s: %v, %v", id, ok, err)
	}
	return key
}

func TestKeyLife(t *testing.T) {
	ctx, keys := t.Context(), newCatalog(t)
	k := newKeyring(t, keys, filepath.Join(t.TempDir(), "keyfile"), newClock())
	if has, err := k.HasKeys(ctx); has || err != nil {
		t.Fatal(has, err)
	}
	key, err := k.Create(ctx, "123456789012", "for the agents")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(key.AccessKeyID) || !regexp.MustCompile(`^[A-Za-z0-9]{40}$`).MatchString(key.Secret) {
		t.Errorf("%+v", key)
	}
	if has, err := k.HasKeys(ctx); !has || err != nil {
		t.Fatal(has, err)
	}
	if got := mustLookup(t, k, key.AccessKeyID, true); got != key {
		t.Errorf("got %+v, want %+v", got, key)
	}
	for _, change := range []struct {
		change func(context.Context, string) error
		found  bool
	}{{k.Disable, false}, {k.Enable, true}, {k.Disable, false}, {k.Delete, false}} {
		if err := change.change(ctx, key.AccessKeyID); err != nil {
			t.Fatal(err)
		}
		mustLookup(t, k, key.AccessKeyID, change.found)
	}
	for _, change := range []func(context.Context, string) error{k.Disable, k.Enable, k.Delete} {
		if err := change(ctx, key.AccessKeyID); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("a deleted key: %v", err)
		}
	}
}

func TestDisabledKeyKeepsTheServerShut(t *testing.T) {
	k := newKeyring(t, newCatalog(t), filepath.Join(t.TempDir(), "keyfile"), newClock())
	key, err := k.Create(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Disable(t.Context(), key.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	if has, err := k.HasKeys(t.Context()); !has || err != nil {
		t.Error(has, err)
	}
}

func TestImport(t *testing.T) {
	const id, secret = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	k := newKeyring(t, newCatalog(t), filepath.Join(t.TempDir(), "keyfile"), newClock())
	for _, c := range []struct {
		key  Key
		want error
	}{
		{Key{"ab", secret, ""}, ErrInvalidKey},
		{Key{"a/b", secret, ""}, ErrInvalidKey},
		{Key{id, "short", ""}, ErrInvalidKey},
		{Key{id, "with a space", ""}, ErrInvalidKey},
		{Key{id, secret, "12345"}, ErrInvalidKey},
		{Key{id, secret, "12345678901x"}, ErrInvalidKey},
		{Key{id, secret, ""}, nil},
		{Key{id, secret, ""}, catalog.ErrExists},
		{Key{"test", "test-test", "210987654321"}, nil},
	} {
		key, err := k.Import(t.Context(), c.key, "")
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.key, err, c.want)
		}
		if err == nil && c.key.Account == "" && key.Account != DefaultAccount {
			t.Errorf("account %q", key.Account)
		}
	}
	infos, err := k.List(t.Context())
	if err != nil || len(infos) != 2 || infos[0].AccessKeyID != id || infos[1].Account != "210987654321" {
		t.Errorf("%+v, %v", infos, err)
	}
}

// TestOtherProcess changes keys through a second keyring, as the command line does beside a server.
func TestOtherProcess(t *testing.T) {
	ctx, keys, file, c := t.Context(), newCatalog(t), filepath.Join(t.TempDir(), "keyfile"), newClock()
	server, other := newKeyring(t, keys, file, c), newKeyring(t, keys, file, c)
	if has, _ := server.HasKeys(ctx); has {
		t.Fatal("keys at the start")
	}
	key, err := other.Create(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	mustLookup(t, server, key.AccessKeyID, false)
	c.advance(100 * time.Millisecond)
	mustLookup(t, server, key.AccessKeyID, true) // not known, so asked again
	if err := other.Disable(ctx, key.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	mustLookup(t, server, key.AccessKeyID, true)
	c.advance(time.Second)
	mustLookup(t, server, key.AccessKeyID, false)
	if err := other.Delete(ctx, key.AccessKeyID); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Import(ctx, Key{key.AccessKeyID, "another-secret", ""}, ""); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Second)
	if got := mustLookup(t, server, key.AccessKeyID, true); got.Secret != "another-secret" {
		t.Errorf("secret %q", got.Secret)
	}
}

// counted counts the listings that a keyring asks for, and fails on demand.
type counted struct {
	catalog.Keys
	n   int
	err error
}

func (c *counted) ListKeys(ctx context.Context) ([]catalog.Key, error) {
	c.n++
	if c.err != nil {
		return nil, c.err
	}
	return c.Keys.ListKeys(ctx)
}

// TestUnknownIDsAreCheap holds that ids that nobody has do not become queries, nor memory.
func TestUnknownIDsAreCheap(t *testing.T) {
	keys, c := &counted{Keys: newCatalog(t)}, newClock()
	k := newKeyring(t, keys, filepath.Join(t.TempDir(), "keyfile"), c)
	if _, err := k.Create(t.Context(), "", ""); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		c.advance(time.Millisecond)
		mustLookup(t, k, string(rune('a'+i%26))+"-stranger", false)
	}
	if keys.n > 11 {
		t.Errorf("%d listings in a second", keys.n)
	}
	if len(k.byID) != 1 {
		t.Errorf("%d keys are held", len(k.byID))
	}
}

func TestCatalogFails(t *testing.T) {
	keys, c := &counted{Keys: newCatalog(t)}, newClock()
	k := newKeyring(t, keys, filepath.Join(t.TempDir(), "keyfile"), c)
	key, err := k.Create(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	mustLookup(t, k, key.AccessKeyID, true)
	c.advance(2 * time.Second)
	keys.err = catalog.ErrUnavailable
	if _, _, err := k.Lookup(t.Context(), key.AccessKeyID); !errors.Is(err, catalog.ErrUnavailable) {
		t.Errorf("look up: %v", err)
	}
	if _, err := k.HasKeys(t.Context()); !errors.Is(err, catalog.ErrUnavailable) {
		t.Errorf("has keys: %v", err)
	}
	keys.err = nil
	mustLookup(t, k, key.AccessKeyID, true)
	// A caller who hangs up does not fail the listing that others wait for.
	c.advance(2 * time.Second)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := k.Lookup(gone, key.AccessKeyID); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestOtherKeyFile(t *testing.T) {
	keys, dir, c := newCatalog(t), t.TempDir(), newClock()
	key, err := newKeyring(t, keys, filepath.Join(dir, "one"), c).Create(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	k := newKeyring(t, keys, filepath.Join(dir, "two"), c)
	if _, ok, err := k.Lookup(t.Context(), key.AccessKeyID); ok || !errors.Is(err, errSeal) {
		t.Errorf("look up: %v, %v", ok, err)
	}
	infos, err := k.List(t.Context())
	if err != nil || len(infos) != 1 || !infos[0].Sealed {
		t.Errorf("%+v, %v", infos, err)
	}
	if err := k.Delete(t.Context(), key.AccessKeyID); err != nil {
		t.Error(err)
	}
}

func TestRandomText(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	counts := map[rune]int{}
	for _, c := range randomText(62_000, alphabet) {
		counts[c]++
	}
	for _, c := range alphabet {
		// 1,000 each are expected; 200 off is more than six standard deviations.
		if counts[c] < 800 || counts[c] > 1200 {
			t.Errorf("%c: %d of 62,000", c, counts[c])
		}
	}
}
