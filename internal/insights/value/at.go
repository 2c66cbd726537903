package value

import "strconv"

// At returns what stands at a path of members and elements, null if there is nothing. A step of digits is an element of a
// list, or the member of a map that is called so. Room is as Member has it.
func At(v Value, path []string, room []byte) (Value, []byte) {
	for _, step := range path {
		if index, err := strconv.Atoi(step); err == nil && index >= 0 {
			v, room = v.Element(index, room)
		} else {
			v, room = v.Member(step, room)
		}
	}
	return v, room
}

// Keep drops all rows but the given ones, which are in ascending order. v is no constant.
func (v *Vector) Keep(rows []int32) {
	for i, row := range rows {
		v.Kind[i], v.Word[i] = v.Kind[row], v.Word[row]
	}
	v.Kind, v.Word = v.Kind[:len(rows)], v.Word[:len(rows)]
}
