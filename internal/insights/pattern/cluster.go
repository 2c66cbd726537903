package pattern

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// template is a way through the tree: a word or a variable for each place.
type template struct {
	words  []string
	counts []int64
	widens int // how many more places may become variables
}

// variable stands for a place at which any word may stand.
const variable = ""

// A template is compared with so many others.
const maxCompared = 1000

// cluster joins templates that differ in a fifth of their words at most, the most frequent ones first. It stops where ctx ends.
func cluster(ctx context.Context, templates []template) ([]template, error) {
	slices.SortFunc(templates, func(a, b template) int {
		return cmp.Or(cmp.Compare(sum(b.counts), sum(a.counts)), slices.Compare(a.words, b.words))
	})
	var out []template
	for i, t := range templates {
		if i%maxCompared == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		for _, word := range t.words {
			if word != variable && word[0] != masked {
				t.widens++
			}
		}
		t.widens /= 5
		near := -1
		for i := 0; i < min(len(out), maxCompared) && near < 0; i++ {
			if out[i].distance(&t) <= out[i].widens {
				near = i
			}
		}
		if near >= 0 {
			out[near].add(&t)
			continue
		}
		t.counts = slices.Clone(t.counts)
		out = append(out, t)
	}
	return out, nil
}

func sum(counts []int64) (n int64) {
	for _, count := range counts {
		n += count
	}
	return n
}

// distance is how many places would become variables, were another template taken in: not counted on where they are too many.
func (t *template) distance(o *template) (n int) {
	for i, word := range t.words {
		if word != o.words[i] && word != variable {
			if n++; n > t.widens {
				break
			}
		}
	}
	return n
}

func (t *template) add(o *template) {
	t.widens -= t.distance(o)
	for i := range t.words {
		if t.words[i] != o.words[i] {
			t.words[i] = variable
		}
	}
	for i, count := range o.counts {
		t.counts[i] += count
	}
}

// render writes a template between its separators, a slot in which stands for a word.
func render(separators string, words []string) string {
	var out strings.Builder
	variables := 0
	name := func(kind string) {
		variables++
		out.WriteString("<" + kind + "-" + strconv.Itoa(variables) + ">")
	}
	for i := range len(separators) {
		if separators[i] != slot {
			out.WriteByte(separators[i])
			continue
		}
		switch word := words[0]; {
		case word == variable:
			name(kinds[tokenKind])
		case word[0] == masked:
			name(kinds[word[1]])
		default:
			out.WriteString(word)
		}
		words = words[1:]
	}
	return out.String()
}
