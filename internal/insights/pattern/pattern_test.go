package pattern

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ texts, want string }{
		{"user alice logged in from 10.0.0.1\nuser bob logged in from 10.0.0.2", "2 user <Token-1> logged in from <IP-2>"},
		{"GET /a\nPOST /a", "1 GET /a\n1 POST /a"},
		{
			"2024-01-01T00:00:00.123Z ERROR took 12ms, 3.5 MB\n2024-01-01 00:00:01,5 ERROR took 7ms, 1 MB",
			"2 <Time-1> ERROR took <Number-2>ms, <Number-3> MB [Error]",
		},
		{
			`10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /x.gif HTTP/1.0" 200 2326`,
			`1 <IP-1> - - [<Time-2>] "GET /x.gif HTTP/<Number-3>" <Number-4> <Number-5>`,
		},
		{"id 0b5ac6f2-1111-2222-3333-0123456789ab hash deadbeef01 ptr 0xff at 2001:db8::1 end.", "1 id <UUID-1> hash <Hex-2> ptr <Hex-3> at <IP-4> end."},
		{"a   b\ta b\na b", "1 a b\n1 a b a b"},
		{"level=info x\nlevel=error x", "1 level=error x [Error]\n1 level=info x [Info]"},
		{"run job7\nrun web-1", "1 run job7\n1 run web-1"},
		{"", ""},
	} {
		if got := show(all(mine(strings.Split(c.texts, "\n")))); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.texts, got, c.want)
		}
	}
}

// TestVariables: where too many words follow, there is a variable; a word that always follows stays.
func TestVariables(t *testing.T) {
	m := New(1)
	for i := range 1000 {
		m.Add([]byte("open "+word(i)+" ok"), 0)
		if i%10 == 0 {
			m.Add([]byte("close "+word(i)+" ok"), 0)
		}
	}
	if got, want := show(all(m)), "1000 open <Token-1> ok\n100 close <Token-1> ok"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func word(i int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
}

func mine(texts []string) *Miner {
	m := New(1)
	for _, text := range texts {
		if text != "" {
			m.Add([]byte(text), 0)
		}
	}
	return m
}

func all(m *Miner) []Pattern {
	found, err := m.Patterns(context.Background())
	if err != nil {
		panic(err) // the context does not end
	}
	return found
}

func show(patterns []Pattern) string {
	var lines []string
	for _, p := range patterns {
		line := fmt.Sprint(p.Total(), " ", p.Text)
		if p.Severity != "" {
			line += " [" + p.Severity + "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestSplit: however texts are ordered and split over miners, and in whatever order these are merged, the patterns are the same.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.IntRange(1, 40).Draw(t, "letters")
		places := rapid.IntRange(1, 6).Draw(t, "places")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		texts := make([]string, rapid.IntRange(1, 400).Draw(t, "texts"))
		for i := range texts {
			words := make([]string, places)
			for j := range words {
				words[j] = word(int(float64(letters) * random.Float64() * random.Float64()))
			}
			texts[i] = strings.Join(words, " ")
		}
		want := all(mine(texts))
		for range 3 {
			random.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
			miners := make([]*Miner, 1+random.IntN(4))
			for i := range miners {
				miners[i] = New(1)
			}
			for _, text := range texts {
				miners[random.IntN(len(miners))].Add([]byte(text), 0)
			}
			for _, m := range miners[1:] {
				miners[0].Merge(m)
			}
			if diff := cmp.Diff(want, all(miners[0])); diff != "" {
				t.Fatal(diff)
			}
			total := int64(0)
			for _, p := range all(miners[0]) {
				total += p.Total()
			}
			if total != int64(len(texts)) || miners[0].Size() < 0 {
				t.Fatal("texts are counted twice or not at all", total, miners[0].Size())
			}
		}
	})
}

// FuzzAdd: any text has one pattern, and the same one again.
func FuzzAdd(f *testing.F) {
	f.Add("2024-01-01T00:00:00.123Z ERROR took 12ms, 3.5 MB at 2001:db8::1 :: 00:00:00.")
	f.Add("\x00\x01 - -. 1.2.3.4. 0x a:b:c")
	f.Fuzz(func(t *testing.T, text string) {
		m := New(2)
		m.Add([]byte(text), 0)
		m.Add([]byte(text), 1)
		p := all(m)
		if len(p) != 1 || p[0].Counts[0] != 1 || p[0].Counts[1] != 1 {
			t.Fatalf("%q has the patterns %v", text, p)
		}
	})
}

// TestSizeIsBounded: texts of many different words take a tree of bounded size.
func TestSizeIsBounded(t *testing.T) {
	m, random := New(1), rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		m.Add(fmt.Appendf(nil, "%s %s %s %s %s %s", word(random.IntN(1000)), word(random.IntN(1000)), word(random.IntN(1000)), word(random.IntN(30)), word(random.IntN(9)), word(random.IntN(3))), 0)
	}
	if size := m.Size(); size > 2<<20 {
		t.Errorf("%d bytes", size)
	}
}

func BenchmarkAdd(b *testing.B) {
	var texts [][]byte
	size := 0
	for i := range 1000 {
		for _, text := range []string{
			fmt.Sprintf(`10.0.0.%d - - [10/Oct/2000:13:55:36 -0700] "GET /x/%d.gif HTTP/1.0" 200 %d`, i%256, i, i*17),
			fmt.Sprintf(`{"time":"2024-01-01T00:00:00.%03dZ","level":"info","msg":"request done","user":"%s","ms":%d,"path":"/api/v1/orders/%d"}`, i, word(i), i, i),
			fmt.Sprintf(`2024-01-01 00:00:00,%03d ERROR [worker-%d] com.example.Pool: connection to db%d.internal:5432 failed after %dms`, i, i%8, i%3, i),
		} {
			texts, size = append(texts, []byte(text)), size+len(text)
		}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	m := New(1)
	for b.Loop() {
		for _, text := range texts {
			m.Add(text, 0)
		}
	}
}

// countdown is a context that ends when it has been asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestPatternsEnd: putting thousands of templates together ends at each thousand of them, if it is to.
func TestPatternsEnd(t *testing.T) {
	m := New(1)
	for i := range 31 * 15 * 7 * 3 {
		m.Add(fmt.Appendf(nil, "%s:%s %s %s", word(i%31), word(100+i/31%15), word(200+i/465%7), word(300+i/3255)), 0)
	}
	ctx := &countdown{t.Context(), 1 << 20}
	if _, err := m.Patterns(ctx); err != nil {
		t.Fatal(err)
	}
	asked := 1<<20 - ctx.left
	if asked < 9 {
		t.Errorf("asked %d times over more than 9,000 templates", asked)
	}
	for left := range asked {
		ctx.left = left
		if found, err := m.Patterns(ctx); err == nil || ctx.left != -1 {
			t.Errorf("the context ended after %d questions: %d patterns, %v, asked %d times more", left, len(found), err, -1-ctx.left)
		}
	}
}
