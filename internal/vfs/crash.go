package vfs

import (
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
)

// Fate is what a crash does to what was not synced.
//
// # The model
//
// File.Sync promises that the file's bytes and its size are on the disk, SyncDir that the names in the directory are. One
// promises nothing for the other, a rename between directories needs both of them synced, and without them nothing is promised.
// What a power cut leaves of the rest is decided for each file and each change of a directory by itself, as file systems with a
// journal allow it (and then some, so that the code is right on others too):
//
//   - A disk writes sectors whole, in any order. Of the writes since the last Sync any set of sectors is there, later ones without
//     earlier ones too.
//   - A size is metadata, in the journal: it may have grown for sectors that never came, which read as zeros (delayed
//     allocation of ext4 and XFS, unwritten extents), or not, and a truncation be done or not. Bytes of other files do
//     not show (ext4's data=writeback on a disk without unwritten extents is beyond the model).
//   - Names come either in the order of a journal, so that some last operations are missing (ext4, XFS), or any set of the operations
//     is there (others). One operation is done whole or not at all: a rename never leaves both names or none.
//   - File contents and names are not ordered with each other: a renamed file may be empty.
//   - After a Sync that failed and forgot (see Forget) no later Sync brings the bytes that it should have written.
type Fate int

const (
	// Lost: nothing that was not synced survives.
	Lost Fate = iota
	// Kept: the process ended, the system did not. Everything is there, and what was not synced is still not durable: a later
	// power cut takes it, unless it is synced before.
	Kept
	// Torn: some of it survives, see the model.
	Torn
)

// String is the fate in lower case.
func (f Fate) String() string { return [...]string{"lost", "kept", "torn"}[f] }

// Crash says how a crash goes. The zero value loses everything that was not synced.
type Crash struct {
	Unsynced Fate
	// Seed makes a torn crash repeatable.
	Seed uint64
	// Sector is the unit in bytes that is written whole or not at all when Torn; 0: 512. With 1 every byte is on its own, with a
	// very large one every write.
	Sector int

	choose func(n int) int // one of n, instead of Seed
}

// CrashClone is a new file system that holds what a crash at this moment would leave, with no space limit and no locks. The file
// system itself goes on unchanged.
func (m *Mem) CrashClone(crash Crash) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	if crash.Unsynced == Kept {
		return m.copy()
	}
	if crash.Sector <= 0 {
		crash.Sector = 512
	}
	if crash.choose == nil {
		crash.choose = rand.New(rand.NewPCG(crash.Seed, 0)).IntN
	}
	c := &cloner{crash: crash, names: map[*node]map[string]entry{}, nodes: map[*node]*node{}}
	if crash.Unsynced == Torn && len(m.ops) > 0 {
		c.keepNames(m.ops)
	}
	clone := NewMem()
	clone.root = c.clone(m.root)
	for _, n := range c.nodes {
		clone.used += int64(len(n.data))
	}
	return clone
}

// Outcomes gives every file system that a power cut at this moment may leave, once or more often: for a few writes and names
// only, because each doubles them. The unit that is written whole is sector bytes.
func (m *Mem) Outcomes(sector int) iter.Seq[*Mem] {
	return func(yield func(*Mem) bool) {
		var choices, limits []int
		for {
			at := 0
			more := yield(m.CrashClone(Crash{Unsynced: Torn, Sector: sector, choose: func(n int) int {
				if at == len(choices) {
					choices, limits = append(choices, 0), append(limits, n)
				}
				at++
				return choices[at-1]
			}}))
			for len(choices) > 0 && choices[len(choices)-1] == limits[len(choices)-1]-1 {
				choices, limits = choices[:len(choices)-1], limits[:len(choices)-1]
			}
			if !more || len(choices) == 0 {
				return
			}
			choices[len(choices)-1]++
		}
	}
}

// cloner makes what a power cut leaves.
type cloner struct {
	crash Crash
	names map[*node]map[string]entry // the durable names of directories that the crash changed
	nodes map[*node]*node            // old → new
}

// keeps decides over one change that was not synced.
func (c *cloner) keeps() bool { return c.crash.choose(2) == 1 }

// keepNames decides over the operations on names: the first so many, or any of them.
func (c *cloner) keepNames(ops []*dirOp) {
	if c.keeps() {
		for _, op := range ops[:c.crash.choose(len(ops)+1)] {
			op.keep(c.durable)
		}
		return
	}
	for _, op := range ops {
		if c.keeps() {
			op.keep(c.durable)
		}
	}
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
	if c.keeps() {
		return c.prefix(data, old.pending)
	}
	grown := c.keeps()
	for _, w := range old.pending {
		data = c.sectors(data, w, grown)
	}
	return data
}

// prefix keeps the writes up to some one, and of that one so many sectors.
func (c *cloner) prefix(data []byte, pending []write) []byte {
	last := c.crash.choose(len(pending))
	for _, w := range pending[:last] {
		data = w.apply(data)
	}
	w := pending[last]
	if w.data == nil {
		return data
	}
	sector := int64(c.crash.Sector)
	end := w.off + int64(len(w.data))
	from := w.off - w.off%sector
	if to := from + sector*int64(c.crash.choose(int((end-from+sector-1)/sector)+1)); to > w.off {
		data = write{off: w.off, data: w.data[:min(to, end)-w.off]}.apply(data)
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
