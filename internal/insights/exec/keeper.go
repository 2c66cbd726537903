package exec

// keeper keeps rows of one worker: all of them, or the first in an order.
type keeper struct {
	rows
	columns []int
	order   comparison
	most    int // 0: all
	memory  *memory
	bytes   int64   // of the rows
	held    int64   // of these, what is counted
	trimmed bool    // there are as many rows as may be kept, and the last one is the worst
	firsts  *firsts // of the rows only the first of each combination of values; nil: all
}

// add keeps rows, as far as they are among the first.
func (k *keeper) add(r *rows) error {
	for i := range r.n {
		if k.trimmed && k.order.compare(r, i, &k.rows, k.most-1) >= 0 {
			continue
		}
		if k.firsts != nil {
			bytes, first := k.firsts.place(k, r, i, k.n)
			if !first {
				continue
			}
			k.bytes += bytes
		}
		k.bytes += k.appendRow(r, i, k.columns)
		if k.most > 0 && k.n >= 2*k.most || k.firsts != nil && k.firsts.full(k.n) {
			k.trim()
		}
	}
	err := k.account()
	if err != nil && (k.most > 0 && k.n > k.most || k.firsts != nil && k.n > k.firsts.live) {
		k.trim()
		err = k.account()
	}
	return err
}

func (k *keeper) account() error {
	more := k.bytes - k.held
	k.held = k.bytes
	return k.memory.take(more)
}

// trim drops rows that are more than may be kept.
func (k *keeper) trim() {
	if k.firsts != nil {
		k.sort(&k.order, 0)
		keys := k.firsts.tidy(&k.rows, k.most)
		k.bytes, k.trimmed = k.size()+keys, k.most > 0 && k.n == k.most
		return
	}
	if k.most == 0 || k.n < k.most || k.trimmed && k.n == k.most {
		return
	}
	k.sort(&k.order, k.most)
	k.bytes = k.size()
	k.trimmed = true
}
