package leaf

import (
	"slices"
	"strconv"
)

// node is a path that leaves have or that leads to some. Objects of one path share it wherever dots in names put them.
type node struct {
	path  string
	leaf  int // number of the path, -1 if it is not looked for
	below bool
	first *edge            // of the object or array that was last here
	edges map[string]*edge // by name or index
}

// edge leads from an object or array to one of its values.
type edge struct {
	quoted string // name and colon, as most writers of JSON have them; empty where that is not so
	index  int    // of an element
	to     *node  // nil: nothing that is looked for
	next   *edge  // which followed the last time
}

const (
	// maxEdges bounds what a reader learns of the shape of messages.
	maxEdges = 8 << 10
	// maxName is the longest name that is learnt, in bytes.
	maxName = 128
	// maxPath is the longest path that is discovered, in bytes.
	maxPath = 512
)

// Find returns a reader of the given paths, which are different and have the numbers of their places.
func Find(paths []string) *Reader { return Discover(paths, 0) }

// Discover returns a reader that finds the given paths and gives the first more other ones that it comes across, of 512 bytes at
// most, the numbers behind them.
func Discover(paths []string, more int) *Reader {
	r := &Reader{root: &node{leaf: -1, below: len(paths)+more > 0}, nodes: map[string]*node{}, paths: slices.Clone(paths), at: make([]seen, len(paths))}
	for i, path := range paths {
		for end := range len(path) {
			if path[end] == '.' {
				r.node(path[:end]).below = true
			}
		}
		r.node(path).leaf = i
	}
	if more > 0 {
		r.most = len(paths) + more
		r.room = len(r.nodes) + 2*more
		for _, n := range r.nodes {
			n.below = true
		}
	}
	return r
}

// Paths are the paths by their numbers; Read may append to them.
func (r *Reader) Paths() []string { return r.paths }

// IsComplete tells that a discovering reader has given all leaves of all messages so far.
func (r *Reader) IsComplete() bool { return r.most > 0 && !r.lost }

// node returns the node of a path, which it makes if it is new.
func (r *Reader) node(path string) *node {
	n := r.nodes[path]
	if n == nil {
		n = &node{path: path, leaf: -1}
		r.nodes[path] = n
	}
	return n
}

// below finds where a name or index leads, and its edge, nil if that is not learnt. The reader does not keep the name.
func (r *Reader) below(n *node, name []byte, index int) (*node, *edge) {
	if e := n.edges[string(name)]; e != nil {
		if e.index == index {
			return e.to, e
		}
		return e.to, nil // an index that is a name elsewhere
	}
	to := r.under(n, name)
	if r.learnt == maxEdges || len(name) > maxName {
		return to, nil
	}
	r.learnt++
	e := &edge{index: index, to: to}
	if n.edges == nil {
		n.edges = map[string]*edge{}
	}
	n.edges[string(name)] = e
	if index < 0 && isPlain(name) {
		e.quoted = `"` + string(name) + `":`
	}
	return to, e
}

func isPlain(name []byte) bool { return skipPlain(name, 0) == len(name) }

// under finds the node that a name leads to, nil if nothing that is looked for has it on its path.
func (r *Reader) under(n *node, name []byte) *node {
	r.name = r.name[:0]
	if n != r.root {
		r.name = append(append(r.name, n.path...), '.')
	}
	r.name = append(r.name, name...)
	found := r.nodes[string(r.name)]
	if found != nil || r.most == 0 {
		return found
	}
	if len(r.name) > maxPath || len(r.nodes) >= r.room {
		r.lost = true
		return nil
	}
	found = r.node(string(r.name))
	found.below = true
	return found
}

// number numbers a discovered path at its first leaf.
func (r *Reader) number(n *node) int {
	switch {
	case n.leaf >= 0:
	case len(r.paths) < r.most:
		n.leaf = len(r.paths)
		r.paths = append(r.paths, n.path)
		r.at = append(r.at, seen{})
	default:
		r.lost = true
	}
	return n.leaf
}

func (r *Reader) element(n *node, index int) (*node, *edge) {
	var room [20]byte
	return r.below(n, strconv.AppendInt(room[:0], int64(index), 10), index)
}
