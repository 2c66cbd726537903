package vfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Fate is what a crash does to what was not synced.
type Fate int

const (
	// Lost: nothing that was not synced survives.
	Lost Fate = iota
	// Kept: everything survives, as after the end of the process alone.
	Kept
	// Torn: some of it survives. Of each file's writes either a prefix or any set of sectors is there, the size having
	// grown or not; each change of a directory is there or not, whatever came before it.
	Torn
)

// String is the fate in lower case.
func (f Fate) String() string { return [...]string{"lost", "kept", "torn"}[f] }

// Crash says how a crash goes. The zero value loses everything that was not synced.
type Crash struct {
	Unsynced Fate
	// Seed makes a torn crash repeatable.
	Seed uint64
	// Sector is the unit in bytes that is written whole or not at all when Torn; 0: 512. With 1 every byte is on its own.
	Sector int
}

// CrashClone is a new file system that holds what a crash at this moment would leave, all of it durable, with no space limit
// and no locks. The file system itself goes on unchanged.
func (m *Mem) CrashClone(crash Crash) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	if crash.Sector <= 0 {
		crash.Sector = 512
	}
	c := &cloner{crash: crash, rng: rand.New(rand.NewPCG(crash.Seed, 0)), names: map[*node]map[string]entry{}, nodes: map[*node]*node{}}
	for _, op := range m.ops {
		if c.keeps() {
			op.keep(c.durable)
		}
	}
	clone := NewMem()
	clone.root = c.clone(m.root)
	for _, n := range c.nodes {
		clone.used += int64(len(n.data))
	}
	return clone
}

type cloner struct {
	crash Crash
	rng   *rand.Rand
	names map[*node]map[string]entry // the durable names of directories that the crash changed
	nodes map[*node]*node            // old → new
}

// keeps decides over one change that was not synced.
func (c *cloner) keeps() bool {
	return c.crash.Unsynced == Kept || c.crash.Unsynced == Torn && c.rng.IntN(2) == 0
}

func (c *cloner) durable(dir *node) map[string]entry {
	if c.names[dir] == nil {
		c.names[dir] = maps.Clone(dir.durable)
	}
	return c.names[dir]
}

func (c *cloner) clone(old *node) *node {
	if n := c.nodes[old]; n != nil {
		return n
	}
	n := &node{linked: true}
	c.nodes[old] = n
	if !old.isDir() {
		n.data = c.content(old)
		n.synced = slices.Clone(n.data)
		return n
	}
	n.entries, n.durable = map[string]*node{}, map[string]entry{}
	names := c.names[old]
	if names == nil {
		names = old.durable
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if child := names[name].node; child != nil {
			n.entries[name] = c.clone(child)
			n.durable[name] = entry{node: n.entries[name]}
		}
	}
	return n
}

func (c *cloner) content(old *node) []byte {
	data := slices.Clone(old.synced)
	if c.crash.Unsynced == Lost || len(old.pending) == 0 {
		return data
	}
	if c.crash.Unsynced == Kept {
		return slices.Clone(old.data)
	}
	if c.rng.IntN(2) == 0 {
		return c.prefix(data, old.pending)
	}
	grown := c.rng.IntN(2) == 0
	for _, w := range old.pending {
		data = c.sectors(data, w, grown)
	}
	return data
}

// prefix keeps the writes up to a random one, and of that one a prefix.
func (c *cloner) prefix(data []byte, pending []write) []byte {
	last := c.rng.IntN(len(pending))
	for _, w := range pending[:last] {
		data = w.apply(data)
	}
	w := pending[last]
	if w.data == nil {
		return data
	}
	end := w.off + c.rng.Int64N(int64(len(w.data))+1)
	end -= end % int64(c.crash.Sector)
	if end > w.off {
		data = write{off: w.off, data: w.data[:end-w.off]}.apply(data)
	}
	return data
}

// sectors keeps any set of a write's sectors; grown says whether the size grew for those that were lost.
func (c *cloner) sectors(data []byte, w write, grown bool) []byte {
	if w.data == nil {
		if c.keeps() {
			data = w.apply(data)
		}
		return data
	}
	sector := int64(c.crash.Sector)
	end := w.off + int64(len(w.data))
	for from := w.off; from < end; {
		to := min(end, from-from%sector+sector)
		if c.keeps() {
			data = write{off: from, data: w.data[from-w.off : to-w.off]}.apply(data)
		} else if grown && to > int64(len(data)) {
			data = sized(data, to)
		}
		from = to
	}
	return data
}
