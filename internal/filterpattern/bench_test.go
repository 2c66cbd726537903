package filterpattern

import (
	"fmt"
	"testing"
)

// Lines as applications, nginx and syslog write them; %d is where they differ.
const (
	jsonLine = `{"time":"2026-01-01T00:00:02.951Z","level":"info","logger":"http.server","msg":"request completed","service":{"name":"payments-worker","version":"2.10.3"},"host":"ip-10-0-0-35","pid":1455,"request_id":"req-f440093d498fa62%06d","trace":{"id":"b70a52218e6d30de","sampled":true},"http":{"method":"GET","route":"/api/v1/users/{id}","status":200,"latency_ms":23,"bytes":44587},"user":{"id":"u-909197","name":"s.zoë","tenant":"t-90","plan":"pro"},"db":{"calls":3,"ms":2},"retry":0,"region":"us-west-2"}`
	nginx    = `10.6.173.57 - - [01/Jan/2026:00:00:04 +0000] "GET /api/v1/orders/%06d/items?page=2 HTTP/1.1" 200 1331 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36" 0.035`
	syslog   = `Jan  1 00:00:04 ip-10-0-0-49 sshd[%d]: Accepted publickey for ec2-user from 10.0.3.17 port 52144 ssh2: ED25519 SHA256:lnKqNfRjYxqv0aXW1n8uYkz7m`
)

func lines(format string) (messages [][]byte, size int64) {
	for i := range 1000 {
		messages = append(messages, fmt.Appendf(nil, format, i*997))
		size += int64(len(messages[i]))
	}
	return messages, size
}

var benchmarks = []struct{ name, pattern, line string }{
	{"term/rare", `"req-0000"`, jsonLine},
	{"term/common", `"imeout"`, jsonLine},
	{"term/syslog", `Failed`, syslog},
	{"terms/all", `request "us-west-2" "ERR_QUOTA"`, jsonLine},
	{"terms/none", `-ERROR -"timed out"`, jsonLine},
	{"terms/some", `?ERROR ?WARN ?FATAL`, jsonLine},
	{"phrase", `"connection reset by peer"`, nginx},
	{"regex/literals", `%/api/v[12]/orders/[0-9]{4,9}/items\?.*\x22 50[234] %`, nginx},
	{"regex/engine", `%\d\d:\d\d:\d\d [a-f]%`, nginx},
	{"json/filtered", `{ $.level = "error" }`, jsonLine},
	{"json/walked", `{ $.http.status >= 500 }`, jsonLine},
	{"json/hit", `{ $.http.status < 500 && ($.user.plan = "pro" || $.user.tenant = t*) && $.err NOT EXISTS }`, jsonLine},
	{"json/wildcard", `{ $.*.id = "u-1*" }`, jsonLine},
	{"json/nginx", `{ $.http.status >= 500 }`, nginx},
	{"fields/head", `[ip, id, user, time, request, status=5*, ...]`, nginx},
	{"fields/tail", `[..., status=500, bytes, referer, agent, seconds]`, nginx},
	{"fields/hit", `[ip, id, user, time, request=*orders*, status<300, bytes>1000, ...]`, nginx},
	{"fields/syslog", `[month, day, time, host=ip*, process=sshd*, verb=Failed, rest]`, syslog},
}

func BenchmarkMatch(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			p, err := Parse(bench.pattern)
			if err != nil {
				b.Fatal(err)
			}
			messages, size := lines(bench.line)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, m := range messages {
					p.Match(m)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, pattern := range []string{`ERROR -"timed out"`, `%/api/v[12]/orders/[0-9]{4,9}/items%`, benchmarks[11].pattern, benchmarks[16].pattern} {
		b.Run(pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(pattern); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
