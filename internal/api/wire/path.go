package wire

import "strconv"

// Path is the place of a value in a request, from the outermost member inwards.
type Path struct{ steps []step }

type step struct {
	name  string
	index int // of the element, from 1; 0 outside of lists
}

// Enter goes into a member.
func (p *Path) Enter(name string) { p.steps = append(p.steps, step{name: name}) }

// At goes to an element of the list that was entered last; i counts from 0.
func (p *Path) At(i int) { p.steps[len(p.steps)-1].index = i + 1 }

// Leave undoes the last Enter.
func (p *Path) Leave() { p.steps = p.steps[:len(p.steps)-1] }

// Name prints the place of a member of the value that was entered last, or that value itself when member is empty, as AWS
// does: elements count from 1, "logEvents.4.member.message".
func (p *Path) Name(member string) string {
	var b []byte
	for _, s := range p.steps {
		b = append(append(b, s.name...), '.')
		if s.index > 0 {
			b = append(strconv.AppendInt(b, int64(s.index), 10), ".member."...)
		}
	}
	b = append(b, member...)
	if member == "" && len(b) > 0 {
		b = b[:len(b)-1]
	}
	return string(b)
}
