package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// machine is where it was measured. What the system does not tell is empty.
type machine struct {
	CPU    string  `json:"cpu"`
	Cores  int     `json:"cores"`
	Memory string  `json:"memory"`
	Kernel string  `json:"kernel"`
	Go     string  `json:"go"`
	Load   string  `json:"load"`
	SyncMs float64 `json:"sync_64_kib_ms"` // median
	// PackMBs and UnpackMBs are the speed of zstd on the corpus, a core, in MB/s of messages; 0 without a corpus.
	PackMBs   float64 `json:"zstd_pack_mb_per_s"`
	UnpackMBs float64 `json:"zstd_unpack_mb_per_s"`
}

// What zstd does on the machine that the goals were set on.
const (
	goalPackMBs   = 485
	goalUnpackMBs = 1750
)

// speed is how fast the machine is as a part of the one that the goals were set on: what it does in a second is done there in so
// many; 0 if that is not known.
func (m machine) speed() float64 { return (m.PackMBs/goalPackMBs + m.UnpackMBs/goalUnpackMBs) / 2 }

func thisMachine(dir, corpus string) (machine, error) {
	m := machine{
		CPU: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal"), Cores: runtime.NumCPU(),
		Kernel: strings.TrimSpace(runtime.GOOS + " " + content("/proc/sys/kernel/osrelease")), Go: runtime.Version(),
		Load: strings.Join(strings.Fields(content("/proc/loadavg") + " - - -")[:3], " "), SyncMs: syncTime(dir),
	}
	if corpus == "" {
		return m, nil
	}
	text, err := messages(corpus, 32<<20)
	if err == nil {
		m.PackMBs, m.UnpackMBs, err = zstdSpeed(text)
	}
	return m, err
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s of memory, %s, %s; sync of 64 KiB %.2f ms; load %s", m.CPU, m.Cores, m.Memory, m.Kernel, m.Go, m.SyncMs, m.Load)
}

func content(name string) string {
	b, _ := os.ReadFile(name) // elsewhere there is no such file
	return strings.TrimSpace(string(b))
}

// field is what a line "name : value" says.
func field(file, name string) string {
	for line := range strings.Lines(content(file)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// syncTime is how many milliseconds the disk of dir takes to append 64 KiB for good; 0 if it cannot be said.
func syncTime(dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var all []time.Duration
	for range 50 {
		begun := time.Now()
		if _, err := f.Write(make([]byte, 64<<10)); err != nil || f.Sync() != nil {
			return 0
		}
		all = append(all, time.Since(begun))
	}
	slices.Sort(all)
	return float64(all[len(all)/2].Microseconds()) / 1000
}
