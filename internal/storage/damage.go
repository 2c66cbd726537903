package storage

import (
	"maps"
	"sync"
)

// maxDamage bounds how many damaged objects are remembered by name; all are counted and logged.
const maxDamage = 1000

// damage is what was found to be damaged, by object.
type damage struct {
	mu      sync.Mutex
	objects map[string]string
	count   int
}

// note counts an object and remembers it, if there is room.
func (d *damage) note(object, reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.objects == nil {
		d.objects = map[string]string{}
	}
	d.count++
	if len(d.objects) < maxDamage {
		d.objects[object] = reason
	}
}

func (d *damage) list() (map[string]string, int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.objects), d.count
}

// broken reports a segment that cannot be read as it should, once. Its file and its place in the live set stay, for whoever
// repairs it; what is readable of it is served, and no merge takes it.
func (e *Engine) broken(l *live, err error) {
	if l.damaged.Swap(true) {
		return
	}
	e.damage.note(l.meta.Object, err.Error())
	e.o.Logger.Error("segment is damaged", "object", l.meta.Object, "error", err)
}
