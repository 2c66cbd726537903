package segment

// extraKind numbers what a block may carry beside its columns, in the order of the file. Nothing depends on an extra but speed: a
// block without one of a kind is read as if nothing was known of it.
type extraKind int

const (
	extraGrams  extraKind = iota // filter of substrings; 1 in docs/format/segment.md
	extraFields                  // columns of JSON leaves; 2 there
	extraKinds
)

// extraEntry says where a block's extra of one kind is; size 0: it has none.
type extraEntry struct {
	offset int64
	size   int
	crc    uint32
}

// extraMaker appends a block's extra to dst; nothing appended: the block gets none.
type extraMaker func(dst []byte, b *block) []byte

// maxExtra is how long an extra of a block with so many bytes of messages may be: a longer one is left out. So the extras of
// a row group, which wait for its end, take half its messages at the worst, 64 MiB; what makes them stays far below.
func maxExtra(messages int) int { return messages/4 + 4<<10 }

// makeExtras makes what the block that is being cut carries, at places relative to the start of the kind's bytes.
func (w *Writer) makeExtras(entry *blockEntry, b *block) {
	for kind, makeExtra := range w.makers {
		if makeExtra == nil {
			continue
		}
		w.opts.Yield()
		from, made := len(w.extras[kind]), w.extras[kind]
		if copied := w.copied[kind]; len(copied) > 0 {
			made = append(made, copied...)
			w.copied[kind] = copied[:0]
		} else {
			made = makeExtra(made, b)
		}
		if size := len(made) - from; size > 0 && size <= maxExtra(len(b.messages)) {
			entry.extra[kind] = extraEntry{offset: int64(from), size: size, crc: checksum(made[from:])}
		} else {
			made = made[:from]
		}
		w.extras[kind] = made
	}
}

// writeExtras writes the extras of the row group, one kind after the other.
func (w *Writer) writeExtras() {
	for kind := range w.extras {
		start := w.out.offset
		w.out.write(w.extras[kind])
		for i := w.group.firstBlock; i < len(w.dir.blocks); i++ {
			w.dir.blocks[i].extra[kind].offset += start
		}
		w.extras[kind] = w.extras[kind][:0]
	}
}

// extras is the extras of one kind of some consecutive blocks. Its memory is used again from load to load.
type extras struct {
	r     *Reader
	kind  extraKind
	start int64 // of b in the file
	b     []byte
	exact bool // b is not larger than it has to be, for it is kept
}

// load reads the extras of the blocks from to before to, which are of one row group, in one read. They are checked one by
// one, by of, so that damage to one says nothing of the others.
func (x *extras) load(r *Reader, kind extraKind, from, to int) error {
	first, last := r.dir.blocks[from].extra[kind], r.dir.blocks[to-1].extra[kind]
	x.r, x.kind, x.start = r, kind, first.offset
	if n := int(last.offset + int64(last.size) - first.offset); x.exact {
		x.b = make([]byte, n)
	} else {
		x.b = grow(x.b, n)
	}
	if len(x.b) == 0 {
		return nil
	}
	return r.readAt(x.b, x.start)
}

// of returns the extra of a loaded block, empty if it has none, or a *CorruptError. It is valid until the next load.
func (x *extras) of(b *blockEntry) ([]byte, error) {
	e := b.extra[x.kind]
	at := e.offset - x.start
	extra := x.b[at : at+int64(e.size) : at+int64(e.size)]
	if e.size > 0 && checksum(extra) != e.crc {
		return nil, x.r.corrupt(e.offset, "checksum of extra %d differs", x.kind+1)
	}
	return extra, nil
}

// groupOf returns the row group of a block: load's blocks are of one.
func (d *directory) groupOf(block int) *rowGroup {
	from, to := 0, len(d.rowGroups)
	for to-from > 1 {
		if mid := (from + to) / 2; d.rowGroups[mid].firstBlock <= block {
			from = mid
		} else {
			to = mid
		}
	}
	return &d.rowGroups[from]
}

// extras checks what the block of v.pages carries.
func (v *verifier) extras(at int) error {
	for kind := range extraKinds {
		if err := v.extra.load(v.r, kind, at, at+1); err != nil {
			return err
		}
		extra, err := v.extra.of(&v.r.dir.blocks[at])
		if err == nil && v.derive {
			err = v.derived(kind, extra)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// derived checks that an extra says what the messages of the block say.
func (v *verifier) derived(kind extraKind, extra []byte) error {
	switch {
	case kind == extraGrams:
		return v.filter(extra)
	case len(extra) > 0:
		return v.fields(extra)
	}
	return nil
}
