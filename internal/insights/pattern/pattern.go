// Package pattern finds the patterns of texts: what many of them have in common, with places for what differs, as in
//
//	<Time-1> user <Token-2> logged in from <IP-3>
//
// It works in the way of Drain (He et al., 2017: a tree of fixed order, whose leaves are patterns), changed so that the result
// depends on which texts there are, and on nothing else: neither on their order nor on how they are split over workers.
//
//	token    a text becomes words with separators between them; what looks like a time, a number, an address, … is masked
//	tree     texts of the same separators are counted in a tree of their words, a level for each place
//	cluster  what differs in few words becomes one pattern
//
// # The tree
//
// A place at which too many different words follow becomes a variable: its subtrees are joined to one. How many are too many
// falls with the number of places above that vary: 32, 16, 8, 4, then 2. Words only ever come in, so a place that is a variable for
// some texts is one for more of them, and joining two trees gives what counting all texts in one would have given. A class of separators has
// at most 31·15·7·3 leaves, however many texts there are. Texts count up to their 64th word or 2,048th byte; what follows is one
// more variable.
//
// A Miner belongs to one goroutine.
package pattern

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Pattern is one of a miner's patterns.
type Pattern struct {
	Text     string
	Severity string // Error, Warning, Info, Debug or empty, by the first word that names one
	Counts   []int64
}

// Total is how many texts have the pattern.
func (p *Pattern) Total() (n int64) {
	for _, count := range p.Counts {
		n += count
	}
	return n
}

// Miner counts texts by their patterns.
type Miner struct {
	counters int
	classes  map[string]*node   // by severity and separators
	leaves   map[uint64][]int64 // counts of texts that came before, by the hash of what is not masked; empty after leaves were joined
	known    map[string]string  // words, so that there is one of each
	scanner  scanner
	bytes    int64
}

// maxLeaves and maxKnown bound the texts whose leaves are remembered, and the words that are shared.
const (
	maxLeaves = 1 << 14
	maxKnown  = 1 << 14
)

// New returns a miner that counts, for each pattern, so many things.
func New(counters int) *Miner {
	return &Miner{counters: counters, classes: map[string]*node{}, leaves: map[uint64][]int64{}, known: map[string]string{}}
}

// Add counts a text at one of the counters.
func (m *Miner) Add(text []byte, counter int) {
	m.scanner.scan(text)
	hash := xxhash.Sum64(m.scanner.shape)
	counts, ok := m.leaves[hash]
	if !ok {
		counts = m.insert()
		if len(m.leaves) == maxLeaves {
			clear(m.leaves)
		}
		m.leaves[hash] = counts
	}
	counts[counter]++
}

// insert finds the counts of the text that was scanned.
func (m *Miner) insert() []int64 {
	root := m.classes[string(m.scanner.class)]
	if root == nil {
		root = &node{}
		m.classes[string(m.scanner.class)] = root
		m.bytes += int64(len(m.scanner.class)) + nodeBytes
	}
	t := tree{miner: m}
	leaf := t.insert(root, m.scanner.words, 0)
	if t.joined {
		clear(m.leaves)
	}
	return leaf.counts
}

// intern returns a word as text.
func (m *Miner) intern(word []byte) string {
	if text, ok := m.known[string(word)]; ok {
		return text
	}
	if len(m.known) == maxKnown {
		clear(m.known)
	}
	text := string(word)
	m.known[text] = text
	return text
}

// Merge takes in what another miner has counted, which is of no use then. Both have the same number of counters.
func (m *Miner) Merge(other *Miner) {
	clear(m.leaves)
	m.bytes += other.bytes
	t := tree{miner: m}
	for class, root := range other.classes {
		mine := m.classes[class]
		if mine == nil {
			m.classes[class] = root
			continue
		}
		t.join(mine, root)
		t.settle(mine, 0)
	}
}

// Size is about how many bytes the miner takes.
func (m *Miner) Size() int64 {
	return m.bytes + int64(len(m.leaves))*leafBytes + int64(len(m.known))*knownBytes
}

const (
	nodeBytes   = 160 // of a node and the edge to it
	stringBytes = 24  // of a word of a tail, of which others may have the text
	leafBytes   = 64
	knownBytes  = 64
)

// Patterns returns the patterns, the most frequent ones first; those of the same number by their texts. The error is that of ctx.
func (m *Miner) Patterns(ctx context.Context) ([]Pattern, error) {
	var out []Pattern
	for class, root := range m.classes {
		var templates []template
		root.each(nil, func(words []string, counts []int64) {
			templates = append(templates, template{words: slices.Clone(words), counts: counts})
		})
		clusters, err := cluster(ctx, templates)
		if err != nil {
			return nil, err
		}
		for _, t := range clusters {
			out = append(out, Pattern{Text: render(class[1:], t.words), Severity: severities[class[0]], Counts: t.counts})
		}
	}
	slices.SortFunc(out, func(a, b Pattern) int {
		return cmp.Or(cmp.Compare(b.Total(), a.Total()), strings.Compare(a.Text, b.Text), strings.Compare(a.Severity, b.Severity))
	})
	return out, nil
}
