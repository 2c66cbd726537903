package service

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/logs"
)

var tokenTime = time.Date(2026, 2, 3, 21, 57, 36, 123e6, time.UTC)

func testTokens(at time.Time) *tokens {
	return newTokens([]byte("a key of the test's own"), func() time.Time { return at })
}

func testWalk() walk {
	return newWalk("DescribeLogStreams", logs.Scope{Account: "111111111111", Region: "us-east-1"}).number(7).text("prefix").flag(true)
}

func TestTokenLifetime(t *testing.T) {
	token := testTokens(tokenTime).seal(testWalk(), []byte("cursor"))
	for _, c := range []struct {
		after time.Duration
		ok    bool
	}{{0, true}, {TokenLifetime, true}, {TokenLifetime + time.Millisecond, false}} {
		got, err := testTokens(tokenTime.Add(c.after)).open(testWalk(), token)
		if (err == nil) != c.ok || c.ok && string(got) != "cursor" {
			t.Errorf("after %s: %q, %v", c.after, got, err)
		}
	}
}

// parallelcluster.md §2: clients put tokens into URLs without escaping them.
func TestTokenStandsInURL(t *testing.T) {
	token := testTokens(tokenTime).seal(testWalk(), bytes.Repeat([]byte{0xfb, 0xef, 0xff}, 99))
	if strings.ContainsAny(token, "+/&=%# ") {
		t.Error(token)
	}
}

func TestTokenBelongsToItsWalk(t *testing.T) {
	scope := logs.Scope{Account: "111111111111", Region: "us-east-1"}
	base := newWalk("A", scope).text("ab").text("c").number(1)
	token := testTokens(tokenTime).seal(base, []byte("cursor"))
	for name, other := range map[string]walk{
		"operation": newWalk("B", scope).text("ab").text("c").number(1),
		"account":   newWalk("A", logs.Scope{Account: "2", Region: scope.Region}).text("ab").text("c").number(1),
		"region":    newWalk("A", logs.Scope{Account: scope.Account, Region: "x"}).text("ab").text("c").number(1),
		"border":    newWalk("A", scope).text("a").text("bc").number(1),
		"number":    newWalk("A", scope).text("ab").text("c").number(2),
		"less":      newWalk("A", scope).text("ab").text("c"),
		"more":      newWalk("A", scope).text("ab").text("c").number(1).flag(false),
	} {
		if _, err := testTokens(tokenTime).open(other, token); !errors.Is(err, errToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newTokens([]byte("another"), testTokens(tokenTime).now).open(base, token); !errors.Is(err, errToken) {
		t.Errorf("key: %v", err)
	}
}

func TestTokenRefusesEveryChange(t *testing.T) {
	token := testTokens(tokenTime).seal(testWalk(), []byte("cursor"))
	for i := range token {
		for _, c := range []byte("A_z") {
			changed := token[:i] + string(c) + token[i+1:]
			if changed == token {
				continue
			}
			if _, err := testTokens(tokenTime).open(testWalk(), changed); !errors.Is(err, errToken) {
				t.Fatalf("%s was taken for %s", changed, token)
			}
		}
		if _, err := testTokens(tokenTime).open(testWalk(), token[:i]); !errors.Is(err, errToken) {
			t.Fatalf("%s was taken for %s", token[:i], token)
		}
	}
}

func FuzzTokenOpen(f *testing.F) {
	good := testTokens(tokenTime).seal(testWalk(), []byte("cursor"))
	for _, seed := range []string{"", "invalid-token", good, good + "A", good[1:], "AQ", strings.Repeat("A", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := testTokens(tokenTime).open(testWalk(), token); err == nil && token != good {
			t.Errorf("%q was taken", token)
		}
	})
}

// What is read from a cursor is what was written, and nothing else is read.
func FuzzCursors(f *testing.F) {
	f.Add(streamPlace{epoch: 9}.append(nil))
	f.Add(filterPlace{reverse: true, id: logs.EventID{Timestamp: 1, Ingestion: 2, Request: 3, Index: 4}}.append(nil))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 27))
	f.Fuzz(func(t *testing.T, cursor []byte) {
		if p, err := readStreamPlace(cursor); err == nil {
			if again, err := readStreamPlace(p.append(nil)); err != nil || again != p {
				t.Errorf("%+v became %+v, %v", p, again, err)
			}
		}
		if p, err := readFilterPlace(cursor); err == nil {
			if !bytes.Equal(p.append(nil), cursor) {
				t.Errorf("%x became %x", cursor, p.append(nil))
			}
		}
	})
}

// A token of GetLogEvents is a direction and a decimal id, and the id is what it says.
func FuzzEventsToken(f *testing.F) {
	for _, seed := range []string{"f/0", "b/39475794728643610349989178795448479213566386998658269184", "f/007", "f/", "g/1", "f/1/s", "f/-1", "b/" + strings.Repeat("9", 64)} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`^[fb]/0*([0-9]+)$`)
	f.Fuzz(func(t *testing.T, token string) {
		at, err := readEventsToken(api.Some(token))
		if err != nil {
			return
		}
		m := form.FindStringSubmatch(token)
		if m == nil || at.forward != (token[0] == 'f') || at.first != at.last || at.first.String() != m[1] {
			t.Errorf("%q became %+v", token, at)
		}
	})
}
