package pattern

import "slices"

// node is a place in the texts of a class that have the same words before it. One that only one text goes on from has the rest of that
// text as its tail, and is a leaf.
type node struct {
	edges  []edge
	wild   *node    // what follows if the place is a variable; there are no edges then
	tail   []string // words up to the end
	counts []int64  // of a leaf
}

// edge leads over a word.
type edge struct {
	word string
	to   *node
}

// tooMany is how many different words make a place a variable, by the number of places above that vary.
var tooMany = [...]int{32, 16, 8, 4, 2}

func (n *node) varies() bool { return n.wild != nil || len(n.edges) > 1 }

// tree changes the trees of a miner.
type tree struct {
	miner  *Miner
	joined bool // leaves were joined
}

// insert finds the leaf behind some words, and makes the way to it; varying is how many places above n vary.
func (t *tree) insert(n *node, words [][]byte, varying int) *node {
	for i, word := range words {
		switch {
		case n.isNew():
			return t.end(n, words[i:])
		case n.counts != nil && n.endsWith(words[i:]):
			return n
		}
		t.expand(n)
		next := n.wild
		if next == nil {
			if next = n.follow(word); next == nil {
				next = t.grow(n, word)
				if t.settleGrown(n, varying) {
					return t.insert(n, words[i:], varying) // the place, or places below it, may have become variables
				}
			}
		}
		if n.varies() {
			varying++
		}
		n = next
	}
	return t.end(n, nil)
}

// isNew tells whether nothing is known of what follows a place.
func (n *node) isNew() bool { return n.counts == nil && n.wild == nil && len(n.edges) == 0 }

// end makes a new place a leaf, if it is none yet.
func (t *tree) end(n *node, words [][]byte) *node {
	if n.counts != nil {
		return n
	}
	n.tail = make([]string, len(words))
	for i, word := range words {
		n.tail[i] = t.miner.intern(word)
	}
	n.counts = make([]int64, t.miner.counters)
	t.miner.bytes += int64(stringBytes*len(words) + 8*len(n.counts))
	return n
}

func (n *node) endsWith(words [][]byte) bool {
	for i, word := range words {
		if n.tail[i] != string(word) {
			return false
		}
	}
	return true
}

// expand makes an edge of the first word of a tail.
func (t *tree) expand(n *node) {
	if len(n.tail) == 0 {
		return
	}
	n.edges = []edge{{n.tail[0], &node{tail: n.tail[1:], counts: n.counts}}}
	n.tail, n.counts = nil, nil
	t.miner.bytes += nodeBytes
}

func (n *node) follow(word []byte) *node {
	for i := range n.edges {
		if n.edges[i].word == string(word) {
			return n.edges[i].to
		}
	}
	return nil
}

func (t *tree) grow(n *node, word []byte) *node {
	next := &node{}
	n.edges = append(n.edges, edge{t.miner.intern(word), next})
	t.miner.bytes += nodeBytes
	return next
}

// settleGrown settles a place that has a new word; false if that changes nothing.
func (t *tree) settleGrown(n *node, varying int) bool {
	if len(n.edges) != 2 && len(n.edges) < limit(varying) {
		return false
	}
	t.settle(n, varying)
	return true
}

func limit(varying int) int { return tooMany[min(varying, len(tooMany)-1)] }

// settle makes variables of the places from n on that have too many words.
func (t *tree) settle(n *node, varying int) {
	if n.wild == nil && len(n.edges) >= limit(varying) {
		t.widen(n)
	}
	if n.varies() {
		varying++
	}
	if n.wild != nil {
		t.settle(n.wild, varying)
	}
	for i := range n.edges {
		t.settle(n.edges[i].to, varying)
	}
}

// widen makes a place a variable.
func (t *tree) widen(n *node) {
	t.joined = true
	t.expand(n)
	edges := n.edges
	n.edges, n.wild = nil, &node{}
	t.miner.bytes += nodeBytes
	for _, e := range edges {
		t.join(n.wild, e.to)
	}
}

// join adds a tree to another one, without settling it.
func (t *tree) join(to, from *node) {
	t.joined = true
	t.miner.bytes -= nodeBytes
	switch {
	case from.isNew():
		return
	case to.isNew():
		*to = *from
		return
	case from.counts != nil && to.counts != nil && slices.Equal(to.tail, from.tail):
		for i, count := range from.counts {
			to.counts[i] += count
		}
		t.miner.bytes -= int64(stringBytes*len(from.tail) + 8*len(from.counts))
		return
	}
	t.expand(to)
	t.expand(from)
	if from.wild != nil {
		if to.wild == nil {
			t.widen(to)
		}
		t.join(to.wild, from.wild)
	}
	for _, e := range from.edges {
		t.joinEdge(to, e)
	}
}

func (t *tree) joinEdge(to *node, e edge) {
	if to.wild != nil {
		t.join(to.wild, e.to)
		return
	}
	i := slices.IndexFunc(to.edges, func(mine edge) bool { return mine.word == e.word })
	if i < 0 {
		to.edges = append(to.edges, e)
		return
	}
	t.join(to.edges[i].to, e.to)
}

// each visits the leaves with the words on the way to them; a variable is the word "".
func (n *node) each(words []string, visit func(words []string, counts []int64)) {
	if n.counts != nil {
		visit(append(words, n.tail...), n.counts)
	}
	if n.wild != nil {
		n.wild.each(append(words, variable), visit)
	}
	for _, e := range n.edges {
		e.to.each(append(words, e.word), visit)
	}
}
