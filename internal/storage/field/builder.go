package field

import (
	"cmp"
	"encoding/binary"
	"slices"

	"tailrace/internal/leaf"
)

// Builder makes the columns of one block after the other. What it holds is bounded by the block: a code of two bytes for each
// row and path that is looked at, and 100 bytes a value of numbers and of paths that are always wanted.
type Builder struct {
	o          Options
	always     []string
	reader     *leaf.Reader
	candidates []candidate // by path of reader
	rows       int
	room       []byte // texts with escapes
	columns    []chosen
	body       []byte
	scratch    scratch
}

// chosen is a candidate that was chosen, with its encoded values in the builder's body.
type chosen struct {
	*candidate
	path     string
	encoding encoding
	numbers  bool
	from, to int
}

// NewBuilder returns a builder.
func NewBuilder(o Options) *Builder {
	o.Share = cmp.Or(o.Share, defaultShare)
	return &Builder{o: o}
}

// Append appends the columns of a block with these messages, which stand in text one after the other, in most bytes or less. Of
// the paths always those that do not fit are left out, the last ones first.
func (b *Builder) Append(dst []byte, lengths []int64, text []byte, always []string, most int) []byte {
	b.begin(always)
	b.rows = len(lengths)
	size := len(text)
	for row, length := range lengths {
		b.add(row, text[:length])
		text = text[length:]
	}
	b.choose(size, most)
	return b.append(dst)
}

// begin forgets the block before. The reader keeps the shape of messages that it learnt, unless there is too much of it.
func (b *Builder) begin(always []string) {
	if b.reader == nil || !slices.Equal(always, b.always) || !b.reader.IsComplete() || len(b.reader.Paths()) > len(always)+maxPaths/2 {
		b.always = slices.Clone(always)
		b.reader = leaf.Discover(b.always, maxPaths)
	}
	b.candidates = b.candidates[:0]
	b.follow()
	b.room = b.room[:0]
	b.columns = b.columns[:0]
	b.body = b.body[:0]
}

// follow makes candidates of the paths that the reader has found.
func (b *Builder) follow() {
	for n := len(b.candidates); n < len(b.reader.Paths()); n++ {
		b.candidates = slices.Grow(b.candidates, 1)[:n+1]
		b.candidates[n].reset(n, n < len(b.always))
	}
}

func (b *Builder) add(row int, message []byte) {
	leaves, ok := b.reader.Read(message)
	if !ok {
		return
	}
	b.follow()
	for i := range leaves {
		l := &leaves[i]
		b.room = b.candidates[l.Path].add(row, l, b.room)
	}
}

// choose encodes candidates and keeps the cheapest, by bytes a value, of those that are not always wanted.
func (b *Builder) choose(text, most int) {
	paths := b.reader.Paths()
	for i := range b.candidates {
		c := &b.candidates[i]
		if c.dropped || !c.always && (b.o.Columns <= 0 || c.present*minShare < b.rows) {
			continue
		}
		col := chosen{candidate: c, path: paths[i], from: len(b.body), numbers: c.isOfNumbers()}
		if col.encoding = b.encode(c); !c.always && len(b.body)-col.from > maxValueBytes*c.present {
			b.body = b.body[:col.from]
			continue
		}
		col.to = len(b.body)
		b.columns = append(b.columns, col)
	}
	slices.SortStableFunc(b.columns, func(x, y chosen) int {
		if x.always || y.always {
			return cmp.Compare(rank(x.always), rank(y.always))
		}
		return cmp.Compare(x.cost()*y.present, y.cost()*x.present)
	})
	b.limit(text/b.o.Share, most)
	slices.SortFunc(b.columns, func(x, y chosen) int { return cmp.Compare(x.path, y.path) })
}

// cost is the bytes of a column; those of numbers and of few different texts count half, for they are what queries compute with and
// group by.
func (c *chosen) cost() int {
	size := c.to - c.from + len(c.path)
	if c.numbers || len(c.entries) <= fewTexts {
		return size
	}
	return 2 * size
}

func rank(always bool) int {
	if always {
		return 0
	}
	return 1
}

// headRoom is more than what a column takes in the header beside its path.
const headRoom = 16

// limit drops the columns that go beyond the budget of those that are not always wanted, or beyond most altogether.
func (b *Builder) limit(budget, most int) {
	kept, extra := b.columns[:0], 0
	all := headRoom + len(b.candidates)*hashSize
	for _, c := range b.columns {
		size := c.to - c.from + len(c.path) + headRoom
		if all+size > most {
			continue
		}
		if !c.always {
			if extra >= b.o.Columns || budget < c.to-c.from {
				continue
			}
			extra++
			budget -= c.to - c.from
		}
		all += size
		kept = append(kept, c)
	}
	b.columns = kept
}

// append writes the header and the columns.
func (b *Builder) append(dst []byte) []byte {
	dst = append(dst, version)
	dst = binary.AppendUvarint(dst, uint64(b.rows))
	others := b.others()
	complete := byte(0)
	if b.reader.IsComplete() {
		complete = 1
	}
	dst = append(dst, complete)
	dst = binary.AppendUvarint(dst, uint64(len(b.columns)))
	last := ""
	for _, c := range b.columns {
		shared := common(last, c.path)
		dst = binary.AppendUvarint(dst, uint64(shared))
		dst = binary.AppendUvarint(dst, uint64(len(c.path)-shared))
		dst = append(dst, c.path[shared:]...)
		how := byte(c.encoding)
		if c.doubled {
			how |= doubled
		}
		dst = append(dst, how)
		dst = binary.AppendUvarint(dst, uint64(c.to-c.from))
		last = c.path
	}
	dst = binary.AppendUvarint(dst, uint64(len(others)))
	for _, h := range others {
		dst = binary.LittleEndian.AppendUint32(dst, h)
	}
	for _, c := range b.columns {
		dst = append(dst, b.body[c.from:c.to]...)
	}
	return dst
}

// others are the hashes of the paths that the block has leaves of but no columns, in ascending order.
func (b *Builder) others() []uint32 {
	var others []uint32
	for i := range b.candidates {
		c := &b.candidates[i]
		if c.present > 0 && !slices.ContainsFunc(b.columns, func(col chosen) bool { return col.candidate == c }) {
			others = append(others, pathHash(b.reader.Paths()[i]))
		}
	}
	slices.Sort(others)
	return slices.Compact(others)
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
