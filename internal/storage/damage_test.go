package storage

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tailrace/internal/catalog"
)

// Each damaged segment is counted and logged once however often it is come by, those beyond the bound of names too.
func TestDamageIsToldOnce(t *testing.T) {
	var log strings.Builder
	e := &Engine{o: Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	const segments = maxDamage + 1
	for i := range segments {
		l := &live{meta: catalog.Segment{Object: fmt.Sprint(i)}}
		e.broken(l, errors.New("found by a search"))
		e.broken(l, errors.New("found by a scrub"))
	}
	names, count := e.damage.list()
	if lines := strings.Count(log.String(), "\n"); len(names) != maxDamage || count != segments || lines != segments {
		t.Errorf("%d names, %d counted, %d lines, of %d segments", len(names), count, lines, segments)
	}
}
