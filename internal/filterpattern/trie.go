package filterpattern

// bitset holds which conditions of a pattern a message satisfied.
type bitset [maxTerms / 64]uint64

func (b *bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b *bitset) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }

// node is a place in a JSON message that selectors lead to or through; selectors with the same start share it.
type node struct {
	conds    []*condition // of selectors that end here
	names    []nameEdge
	indexes  []indexEdge
	anyName  *node
	anyIndex *node
}

type nameEdge struct {
	name string
	to   *node
}

type indexEdge struct {
	index int
	to    *node
}

func newTrie(conds []*condition) *node {
	root := &node{}
	for _, c := range conds {
		n := root
		for _, s := range c.path {
			n = n.below(s)
		}
		n.conds = append(n.conds, c)
	}
	return root
}

// below returns the node of a step, which it makes if it is new.
func (n *node) below(s step) *node {
	next := &node{}
	switch s.kind {
	case stepName:
		for _, e := range n.names {
			if e.name == s.name {
				return e.to
			}
		}
		n.names = append(n.names, nameEdge{s.name, next})
	case stepIndex:
		for _, e := range n.indexes {
			if e.index == s.index {
				return e.to
			}
		}
		n.indexes = append(n.indexes, indexEdge{s.index, next})
	case stepAnyName:
		if n.anyName != nil {
			return n.anyName
		}
		n.anyName = next
	case stepAnyIndex:
		if n.anyIndex != nil {
			return n.anyIndex
		}
		n.anyIndex = next
	}
	return next
}

// places are the nodes that one value of a message belongs to: one of the selectors without wildcard, and one of each
// selector that has a wildcard.
type places struct {
	n     int
	nodes [maxWildcards + 1]*node
}

func (p *places) add(n *node) {
	if n != nil {
		p.nodes[p.n] = n
		p.n++
	}
}

// named returns the places of a property below p.
func (p *places) named(name []byte) places {
	var out places
	for _, n := range p.nodes[:p.n] {
		out.add(n.anyName)
		for i := range n.names {
			if n.names[i].name == string(name) {
				out.add(n.names[i].to)
				break
			}
		}
	}
	return out
}

// indexed returns the places of an array's element below p.
func (p *places) indexed(index int) places {
	var out places
	for _, n := range p.nodes[:p.n] {
		out.add(n.anyIndex)
		for i := range n.indexes {
			if n.indexes[i].index == index {
				out.add(n.indexes[i].to)
				break
			}
		}
	}
	return out
}
