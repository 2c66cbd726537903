package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"tailrace/internal/catalog"
)

// ErrInvalidKey wraps what is wrong with a key that is to be made.
var ErrInvalidKey = errors.New("invalid key")

// KeyringOptions are the clock and patience of a Keyring.
type KeyringOptions struct {
	// Now is the clock.
	Now func() time.Time
	// TTL is how long the catalog's keys are believed without asking again; 0 means a second. An id that is not known is
	// asked for again after a tenth of it.
	TTL time.Duration
}

// Keyring keeps access keys in the catalog, their secrets sealed under the key file. All keys are held in memory too, for
// the TTL, so that no request, whatever ids it invents, costs more than its share of one query a tenth of the TTL.
type Keyring struct {
	keys   catalog.Keys
	root   []byte // of the key file
	sealer sealer
	now    func() time.Time
	ttl    time.Duration

	mu     sync.Mutex
	loaded time.Time
	byID   map[string]held // nil: not loaded
}

// held is a key as it stands in the catalog, with its secret opened.
type held struct {
	row    catalog.Key
	secret string
	err    error // the key file does not open the secret
}

// Key is an enabled key with its secret.
type Key struct {
	AccessKeyID string
	Secret      string
	Account     string
}

// KeyInfo is what a listing shows of a key.
type KeyInfo struct {
	AccessKeyID string
	Account     string
	Description string
	Created     int64 // epoch milliseconds
	Disabled    bool
	// Sealed says that the key file does not open the secret: another key file made it. Such a key can only be deleted.
	Sealed bool
}

// OpenKeyring opens the key file, making it with mode 0600 if there is none, and returns the keyring of the catalog.
func OpenKeyring(keys catalog.Keys, keyFile string, o KeyringOptions) (*Keyring, error) {
	key, err := readKeyFile(keyFile)
	if err != nil {
		return nil, err
	}
	s, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	k := &Keyring{keys: keys, root: key, sealer: s, now: o.Now, ttl: o.TTL}
	if k.ttl == 0 {
		k.ttl = time.Second
	}
	return k, nil
}

// Derive returns 32 bytes made of the key file for one purpose: the same at each start, and telling nothing of the file or
// of what another purpose gets.
func (k *Keyring) Derive(purpose string) []byte {
	mac := hmac.New(sha256.New, k.root)
	mac.Write([]byte("tailrace " + purpose))
	return mac.Sum(nil)
}

// Create makes a key for an account, twelve digits or empty for the default, and returns it: its secret is not shown again.
func (k *Keyring) Create(ctx context.Context, account, description string) (Key, error) {
	key := Key{
		AccessKeyID: "AKIA" + randomText(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
		Secret:      randomText(40, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
		Account:     account,
	}
	return k.add(ctx, key, description)
}

// Import adds a key that exists elsewhere, so that clients keep their credentials. ErrInvalidKey if the id is not 3 to 128
// letters, digits, '_' or '-', the secret not 8 to 128 visible ASCII characters, or the account not twelve digits;
// catalog.ErrExists.
func (k *Keyring) Import(ctx context.Context, key Key, description string) (Key, error) {
	return k.add(ctx, key, description)
}

func (k *Keyring) add(ctx context.Context, key Key, description string) (Key, error) {
	if key.Account == "" {
		key.Account = DefaultAccount
	}
	if err := key.check(); err != nil {
		return Key{}, err
	}
	row := catalog.Key{
		AccessKeyID: key.AccessKeyID, Account: key.Account, Description: description,
		Secret: k.sealer.seal(key.AccessKeyID, key.Secret), Created: k.now().UnixMilli(),
	}
	if err := k.change(k.keys.CreateKey(ctx, row)); err != nil {
		return Key{}, fmt.Errorf("create key %s: %w", key.AccessKeyID, err)
	}
	return key, nil
}

// Disable makes a key worthless until Enable. catalog.ErrNotFound.
func (k *Keyring) Disable(ctx context.Context, accessKeyID string) error {
	if err := k.change(k.keys.SetKeyDisabled(ctx, accessKeyID, true)); err != nil {
		return fmt.Errorf("disable key %s: %w", accessKeyID, err)
	}
	return nil
}

// Enable undoes Disable. catalog.ErrNotFound.
func (k *Keyring) Enable(ctx context.Context, accessKeyID string) error {
	if err := k.change(k.keys.SetKeyDisabled(ctx, accessKeyID, false)); err != nil {
		return fmt.Errorf("enable key %s: %w", accessKeyID, err)
	}
	return nil
}

// Delete removes a key for good. Without the last one the server is open again, or closed to all (Options.RequireKeys).
// catalog.ErrNotFound.
func (k *Keyring) Delete(ctx context.Context, accessKeyID string) error {
	if err := k.change(k.keys.DeleteKey(ctx, accessKeyID)); err != nil {
		return fmt.Errorf("delete key %s: %w", accessKeyID, err)
	}
	return nil
}

// List returns all keys in order of creation, fresh from the catalog.
func (k *Keyring) List(ctx context.Context) ([]KeyInfo, error) {
	rows, err := k.keys.ListKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	infos := make([]KeyInfo, 0, len(rows))
	for _, row := range rows {
		_, err := k.sealer.open(row.AccessKeyID, row.Secret)
		infos = append(infos, KeyInfo{
			AccessKeyID: row.AccessKeyID, Account: row.Account, Description: row.Description,
			Created: row.Created, Disabled: row.Disabled, Sealed: err != nil,
		})
	}
	return infos, nil
}
