package vfs

import (
	"maps"
	"slices"
)

// copy is the file system as it is, with what is not durable yet; m.mu is held.
func (m *Mem) copy() *Mem {
	c := copier{}
	to := &Mem{root: c.node(m.root), seq: m.seq, used: m.used, space: -1, locks: map[string]bool{}}
	for _, op := range m.ops {
		to.ops = append(to.ops, &dirOp{seq: op.seq, changes: c.changes(op.changes)})
	}
	return to
}

// copier copies nodes, each once.
type copier map[*node]*node

func (c copier) node(old *node) *node {
	if old == nil || c[old] != nil {
		return c[old]
	}
	n := &node{linked: old.linked, data: slices.Clone(old.data), synced: slices.Clone(old.synced), pending: slices.Clone(old.pending)}
	c[old] = n
	if !old.isDir() {
		return n
	}
	n.entries, n.durable = maps.Clone(old.entries), maps.Clone(old.durable)
	for name, child := range n.entries {
		n.entries[name] = c.node(child)
	}
	for name, e := range n.durable {
		n.durable[name] = entry{node: c.node(e.node), seq: e.seq}
	}
	return n
}

func (c copier) changes(old []change) []change {
	changes := slices.Clone(old)
	for i := range changes {
		changes[i].dir, changes[i].node = c.node(changes[i].dir), c.node(changes[i].node)
	}
	return changes
}
