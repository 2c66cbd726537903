package auth

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// HasKeys tells whether there is any key, a disabled one included.
func (k *Keyring) HasKeys(ctx context.Context) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx, k.ttl); err != nil {
		return false, err
	}
	return len(k.byID) > 0, nil
}

// Lookup finds an enabled key. An error says that the catalog fails or that the key file does not open the secret.
func (k *Keyring) Lookup(ctx context.Context, accessKeyID string) (Key, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx, k.ttl); err != nil {
		return Key{}, false, err
	}
	h, ok := k.byID[accessKeyID]
	if !ok {
		if err := k.refresh(ctx, k.ttl/10); err != nil {
			return Key{}, false, err
		}
		h, ok = k.byID[accessKeyID]
	}
	if !ok || h.row.Disabled {
		return Key{}, false, nil
	}
	if h.err != nil {
		return Key{}, false, fmt.Errorf("look up key %s: %w", accessKeyID, h.err)
	}
	return Key{AccessKeyID: h.row.AccessKeyID, Secret: h.secret, Account: h.row.Account}, true, nil
}

// change forgets what is held, whether or not the change went well.
func (k *Keyring) change(err error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byID = nil
	return err
}

// refreshTimeout bounds how long requests wait for the keys.
const refreshTimeout = 5 * time.Second

// refresh loads the keys if what is held is older than age. The lock is held meanwhile: those who wait want the answer.
func (k *Keyring) refresh(ctx context.Context, age time.Duration) error {
	now := k.now()
	if since := now.Sub(k.loaded); k.byID != nil && since >= 0 && since < age {
		return nil
	}
	// Others wait for this answer: it must not fail because one caller hung up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	rows, err := k.keys.ListKeys(ctx)
	if err != nil {
		k.byID = nil
		return fmt.Errorf("load keys: %w", err)
	}
	byID := make(map[string]held, len(rows))
	for _, row := range rows {
		h, ok := k.byID[row.AccessKeyID]
		if !ok || !bytes.Equal(h.row.Secret, row.Secret) {
			h.secret, h.err = k.sealer.open(row.AccessKeyID, row.Secret)
		}
		h.row = row
		byID[row.AccessKeyID] = h
	}
	k.byID, k.loaded = byID, now
	return nil
}
