package catalog

import "context"

// Key is an access key: who calls, and the sealed secret that signatures are checked with.
type Key struct {
	AccessKeyID string
	Account     string
	Description string
	Secret      []byte // sealed by auth; the catalog never sees it open
	Created     int64
	Disabled    bool
}

// Keys keeps access keys.
type Keys interface {
	// CreateKey adds a key, or ErrExists.
	CreateKey(ctx context.Context, k Key) error
	// Key finds a key, disabled ones too, or ErrNotFound.
	Key(ctx context.Context, accessKeyID string) (Key, error)
	// ListKeys returns all keys in order of creation, then id.
	ListKeys(ctx context.Context) ([]Key, error)
	// SetKeyDisabled disables or enables a key. ErrNotFound.
	SetKeyDisabled(ctx context.Context, accessKeyID string, disabled bool) error
	// DeleteKey removes a key. ErrNotFound.
	DeleteKey(ctx context.Context, accessKeyID string) error
}
