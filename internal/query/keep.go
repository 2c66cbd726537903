package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"tailrace/internal/logs"
	"tailrace/internal/vfs"
)

const unfinished = ".tmp"

// kept is the results on disk.
type kept struct {
	o *Options

	mu    sync.Mutex
	infos map[string]keptInfo
	bytes int64
}

type keptInfo struct {
	Info
	size int64 // of the file
}

func makeDir(fsys vfs.FS, dir string) error {
	if _, err := fsys.Stat(dir); err == nil {
		return nil
	}
	return errors.Join(fsys.MkdirAll(dir), fsys.SyncDir(path.Dir(dir)))
}

func (k *kept) path(id string) string { return path.Join(k.o.Dir, id) }

// find reads what earlier runs left: names were there before a query could begin. Until it is done their results can be asked
// for, but are not listed.
func (k *kept) find(ctx context.Context, names []string) {
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		if strings.HasSuffix(name, unfinished) {
			k.discard(name)
			continue
		}
		if !isID(name) {
			continue
		}
		info, size, err := k.look(name)
		if err != nil {
			k.o.Logger.Warn("query result", "query", name, "error", err)
			if errors.Is(err, errDamaged) { // else the disk may answer the next time
				k.discard(name)
			}
			continue
		}
		k.note(info, size, false)
	}
	k.expire()
}

// isID tells whether a name has the form of FormatID: nothing else comes near the file system.
func isID(name string) bool {
	if len(name) != 36 {
		return false
	}
	for i, c := range []byte(name) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdef", rune(c)) {
			return false
		}
	}
	return true
}

// look reads the head of a result and tells how large it is.
func (k *kept) look(id string) (Info, int64, error) {
	f, err := k.o.FS.Open(k.path(id))
	if err != nil {
		return Info{}, 0, err
	}
	defer f.Close()
	info, err := readEnded(f)
	if err != nil {
		return Info{}, 0, err
	}
	size, err := f.Size()
	return info, size, err
}

// readEnded reads the head of a file. A query that ran when its server ended has failed.
func readEnded(r io.ReaderAt) (Info, error) {
	info, _, err := readInfo(r)
	if !info.Status.Ended() {
		info.Status, info.Reason = Failed, "the server ended while the query ran"
	}
	return info, err
}

// note remembers a result; one that find comes upon must not replace what was written since.
func (k *kept) note(info Info, size int64, replace bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.infos == nil {
		k.infos = map[string]keptInfo{}
	}
	old, known := k.infos[info.ID]
	if known && !replace {
		return
	}
	k.infos[info.ID] = keptInfo{info, size}
	k.bytes += size - old.size
}

// announce leaves word of a query that begins. It need not survive a power cut.
func (k *kept) announce(info *Info) error {
	f, err := k.o.FS.Create(k.path(info.ID))
	if err != nil {
		return err
	}
	_, err = f.WriteAt(encode(info, nil), 0)
	return errors.Join(err, f.Close())
}

// write keeps a result, durably, and makes room for it.
func (k *kept) write(info *Info, content []byte) error {
	temporary := info.ID + unfinished
	err := k.create(temporary, content)
	if err == nil {
		err = k.o.FS.Rename(k.path(temporary), k.path(info.ID))
	}
	if err != nil {
		k.discard(temporary)
		return err
	}
	k.note(*info, int64(len(content)), true)
	k.expire()
	return k.o.FS.SyncDir(k.o.Dir)
}

func (k *kept) create(name string, content []byte) error {
	f, err := k.o.FS.Create(k.path(name))
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(content, 0); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (k *kept) discard(name string) {
	if err := k.o.FS.Remove(k.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.o.Logger.Warn("remove query result", "query", name, "error", err)
	}
}

// expire removes what is too old, and the oldest where there is too much.
func (k *kept) expire() {
	for _, id := range k.overdue() {
		k.discard(id)
	}
}

func (k *kept) overdue() (ids []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	least := k.o.Now().Add(-k.o.Keep).UnixMilli()
	for id, x := range k.infos {
		if x.Created < least {
			ids = append(ids, k.drop(id))
		}
	}
	if len(k.infos) <= k.o.KeepQueries && k.bytes <= k.o.KeepBytes {
		return ids
	}
	oldest := make([]keptInfo, 0, len(k.infos))
	for _, x := range k.infos {
		oldest = append(oldest, x)
	}
	slices.SortFunc(oldest, func(a, b keptInfo) int { return cmp.Compare(a.Created, b.Created) })
	for _, x := range oldest {
		if len(k.infos) <= k.o.KeepQueries && k.bytes <= k.o.KeepBytes {
			break
		}
		ids = append(ids, k.drop(x.ID))
	}
	return ids
}

// drop forgets a result. The caller holds mu.
func (k *kept) drop(id string) string {
	k.bytes -= k.infos[id].size
	delete(k.infos, id)
	return id
}

// page reads part of a result.
func (k *kept) page(scope logs.Scope, id string, from Cursor, most, size int) (*Page, error) {
	if !isID(id) {
		return nil, ErrNotFound
	}
	f, err := k.o.FS.Open(k.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	} else if err != nil {
		return nil, fmt.Errorf("result of query %s: %w", id, err)
	}
	defer f.Close()
	info, err := readEnded(f)
	if err != nil {
		return nil, fmt.Errorf("result of query %s: %w", id, err)
	}
	if info.Scope != scope || info.Created < k.o.Now().Add(-k.o.Keep).UnixMilli() {
		return nil, ErrNotFound
	}
	return readPageOf(info, f, from, most, size)
}

// list returns the results of a scope by id.
func (k *kept) list(scope logs.Scope) map[string]Info {
	k.mu.Lock()
	defer k.mu.Unlock()
	least := k.o.Now().Add(-k.o.Keep).UnixMilli()
	all := map[string]Info{}
	for id, x := range k.infos {
		if x.Scope == scope && x.Created >= least {
			all[id] = x.Info
		}
	}
	return all
}

func chosen(all map[string]Info, scope logs.Scope, want func(*Info) bool) []Info {
	var infos []Info
	for _, info := range all {
		if info.Scope == scope && want(&info) {
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b Info) int {
		if a.Before(&b) {
			return -1
		}
		return 1
	})
	return infos
}
