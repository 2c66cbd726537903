package vfs

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
)

// node is a file or, if entries is not nil, a directory.
type node struct {
	entries map[string]*node // the names as running programs see them
	durable map[string]entry // the names that survive a crash
	linked  bool             // has a name: its bytes count as used
	data    []byte           // the content as running programs see it
	synced  []byte           // the content as of the last Sync
	pending []write          // what was done to the content since then, in order
}

// entry is a durable name: what it leads to (nil: removed) and the dirOp that made it so.
type entry struct {
	node *node
	seq  uint64
}

// dirOp is one call's changes of directories; a crash keeps or loses all of them together.
type dirOp struct {
	seq     uint64
	changes []change
}

type change struct {
	dir    *node
	name   string
	node   *node // nil: the name was removed
	synced bool
}

func newDir() *node {
	return &node{entries: map[string]*node{}, durable: map[string]entry{}, linked: true}
}

func (n *node) isDir() bool { return n.entries != nil }

// clean gives the root's and every other path one form.
func clean(name string) string { return path.Clean("/" + name) }

// find walks to a node; m.mu is held.
func (m *Mem) find(name string) (*node, error) {
	n := m.root
	for part := range strings.SplitSeq(clean(name)[1:], "/") {
		if part == "" {
			continue
		}
		if !n.isDir() {
			return nil, syscall.ENOTDIR
		}
		if n = n.entries[part]; n == nil {
			return nil, fs.ErrNotExist
		}
	}
	return n, nil
}

// parent walks to the directory that holds a name.
func (m *Mem) parent(name string) (dir *node, base string, err error) {
	parent, base := path.Split(clean(name))
	if base == "" {
		return nil, "", fs.ErrInvalid
	}
	dir, err = m.find(parent)
	if err == nil && !dir.isDir() {
		err = syscall.ENOTDIR
	}
	return dir, base, err
}

// apply makes changes visible now and durable with the directories' next SyncDir.
func (m *Mem) apply(changes ...change) {
	for _, c := range changes {
		if old := c.dir.entries[c.name]; old != nil {
			m.link(old, false)
		}
		if c.node == nil {
			delete(c.dir.entries, c.name)
		} else {
			c.dir.entries[c.name] = c.node
		}
	}
	for _, c := range changes {
		if c.node != nil {
			m.link(c.node, true)
		}
	}
	m.seq++
	m.ops = append(m.ops, &dirOp{seq: m.seq, changes: changes})
}

func (m *Mem) link(n *node, linked bool) {
	if n.linked == linked {
		return
	}
	n.linked = linked
	if linked {
		m.used += int64(len(n.data))
	} else {
		m.used -= int64(len(n.data))
	}
}

// SyncDir makes the names in a directory durable. A rename between directories needs it for both.
func (m *Mem) SyncDir(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, err := m.find(dir)
	if err == nil && !d.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return pathError("syncdir", dir, err)
	}
	m.ops = slices.DeleteFunc(m.ops, func(op *dirOp) bool {
		done := true
		for i := range op.changes {
			c := &op.changes[i]
			c.synced = c.synced || c.dir == d
			done = done && c.synced
		}
		if done {
			op.keep(func(dir *node) map[string]entry { return dir.durable })
		}
		return done
	})
	return nil
}

// keep writes the changes into durable names, unless a later operation has been there.
func (op *dirOp) keep(durable func(dir *node) map[string]entry) {
	for _, c := range op.changes {
		names := durable(c.dir)
		if names[c.name].seq < op.seq {
			names[c.name] = entry{node: c.node, seq: op.seq}
		}
	}
}
