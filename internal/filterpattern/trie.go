package filterpattern

// bitset holds which conditions of a pattern a message satisfied.
type bitset [maxTerms / 64]uint64

func (b *bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b *bitset) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }

// node is a place in a JSON message that selectors lead to or through; selectors with the same start share it.
type node struct {
	conds    []*condition // of selectors that end here
	names    []edge
	indexes  []edge
	anyName  uint16 // number of the node below, 0 without
	anyIndex uint16
}

// edge leads to a node by a name or an index.
type edge struct {
	name  string
	index int
	to    uint16
}

// trie holds the nodes of a pattern by their numbers. Number 0 is no node, 1 is the message itself.
type trie []node

const rootNode = 1

func newTrie(conds []*condition) trie {
	t := make(trie, rootNode+1)
	for _, c := range conds {
		at := uint16(rootNode)
		for _, s := range c.path {
			at = t.below(at, s)
		}
		t[at].conds = append(t[at].conds, c)
	}
	return t
}

// below returns the node of a step, which it makes if it is new.
func (t *trie) below(at uint16, s step) uint16 {
	next := uint16(len(*t)) // a pattern of MaxLength has fewer steps than that has room for
	n := &(*t)[at]
	switch s.kind {
	case stepName:
		for _, e := range n.names {
			if e.name == s.name {
				return e.to
			}
		}
		n.names = append(n.names, edge{name: s.name, to: next})
	case stepIndex:
		for _, e := range n.indexes {
			if e.index == s.index {
				return e.to
			}
		}
		n.indexes = append(n.indexes, edge{index: s.index, to: next})
	case stepAnyName:
		if n.anyName != 0 {
			return n.anyName
		}
		n.anyName = next
	case stepAnyIndex:
		if n.anyIndex != 0 {
			return n.anyIndex
		}
		n.anyIndex = next
	}
	*t = append(*t, node{})
	return next
}

// places are the nodes that one value of a message belongs to: at most one of the selectors without a wildcard, and one
// of each selector that has one. These are four numbers of 16 bits, so that a walk keeps them in a register.
type places uint64

const placeBits = 64 / (maxWildcards + 1)

func (p places) with(n uint16) places {
	if n == 0 {
		return p
	}
	return p<<placeBits | places(n)
}

// named returns the places of a property below p.
func (t trie) named(p places, name []byte) places {
	var out places
	for ; p != 0; p >>= placeBits {
		n := &t[uint16(p)]
		out = out.with(n.anyName)
		for i := range n.names {
			if n.names[i].name == string(name) {
				out = out.with(n.names[i].to)
				break
			}
		}
	}
	return out
}

// indexed returns the places of an array's element below p.
func (t trie) indexed(p places, index int) places {
	var out places
	for ; p != 0; p >>= placeBits {
		n := &t[uint16(p)]
		out = out.with(n.anyIndex)
		for i := range n.indexes {
			if n.indexes[i].index == index {
				out = out.with(n.indexes[i].to)
				break
			}
		}
	}
	return out
}
