package plan

import (
	"net/netip"
	"slices"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

func (b *builder) cidrLookup(s *syntax.CIDRLookup) {
	table := b.table(s.Table)
	if table == nil {
		return
	}
	column := networkColumn(table)
	if s.Column.Text != "" {
		if column = b.tableColumn(table, s.Column); column < 0 {
			return
		}
	} else if column < 0 {
		b.fail(s.Table, "no column of the lookup table '%s' has networks only: name one by as", s.Table.Text)
		return
	}
	op := &Lookup{Table: s.Table.Text, Header: table.Columns, Keys: []Expr{b.field(s.Field)}, columns: []int{column}, network: true}
	op.text = "cidrlookup " + s.Table.Text + " by " + table.Columns[column] + " with " + op.Keys[0].String()
	b.lookupOutputs(op, table, s.Missing, s.Outputs)
	b.add(op)
}

// networkColumn is the first column of which all values are networks, -1 if there is none.
func networkColumn(t *Table) int {
	for at := range t.Columns {
		if len(t.Rows) > 0 && !slices.ContainsFunc(t.Rows, func(row [][]byte) bool {
			_, ok := network(row[at])
			return !ok
		}) {
			return at
		}
	}
	return -1
}

// network reads 10.0.0.0/8, or an address for itself alone.
func network(text []byte) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(string(text)); err == nil {
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		return prefix.Masked(), true
	}
	addr, err := netip.ParseAddr(string(text))
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

// networks finds the row with the smallest network that has an address: the first one, if there are several.
type networks struct {
	rows map[netip.Prefix]int32
	bits [2][]int // lengths of prefixes of IPv4 and IPv6, longest first
}

func newNetworks(t *Table, column int) *networks {
	n := &networks{rows: make(map[netip.Prefix]int32, len(t.Rows))}
	for i, row := range t.Rows {
		prefix, ok := network(row[column])
		if _, again := n.rows[prefix]; !ok || again {
			continue
		}
		n.rows[prefix] = int32(i)
		if bits := &n.bits[family(prefix.Addr())]; !slices.Contains(*bits, prefix.Bits()) {
			*bits = append(*bits, prefix.Bits())
		}
	}
	for i := range n.bits {
		slices.Sort(n.bits[i])
		slices.Reverse(n.bits[i])
	}
	return n
}

func family(addr netip.Addr) int {
	if addr.Is4() {
		return 0
	}
	return 1
}

// Find implements Finder.
func (n *networks) Find(values []value.Value, _ []byte) (row int, ok bool) {
	if values[0].Kind() != value.Text {
		return 0, false
	}
	addr, err := netip.ParseAddr(string(values[0].Bytes()))
	if err != nil {
		return 0, false
	}
	addr = addr.Unmap().WithZone("")
	for _, bits := range n.bits[family(addr)] {
		prefix, err := addr.Prefix(bits)
		if err != nil {
			continue
		}
		if at, ok := n.rows[prefix]; ok {
			return int(at), true
		}
	}
	return 0, false
}
