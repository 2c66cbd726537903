package servertest

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Usage is what a process has taken so far, as Linux tells; zero elsewhere.
type Usage struct {
	CPU  time.Duration
	Peak int64 // resident bytes
}

// Usage of the server.
func (s *Server) Usage() (u Usage) {
	dir := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	stat, _ := os.ReadFile(dir + "stat")
	var user, system time.Duration
	if fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:])); len(fields) > 12 {
		fmt.Sscan(fields[11], (*int64)(&user))
		fmt.Sscan(fields[12], (*int64)(&system))
	}
	u.CPU = (user + system) * 10 * time.Millisecond // a hundred ticks a second
	status, _ := os.ReadFile(dir + "status")
	if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
		fmt.Sscan(peak, &u.Peak)
		u.Peak <<= 10
	}
	return u
}

// Settle waits until the server has used no processor for two seconds, half a minute at most.
func (s *Server) Settle() {
	last, since := s.Usage().CPU, time.Now()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && time.Since(since) < 2*time.Second; time.Sleep(200 * time.Millisecond) {
		if now := s.Usage().CPU; now-last > 20*time.Millisecond {
			last, since = now, time.Now()
		}
	}
}
