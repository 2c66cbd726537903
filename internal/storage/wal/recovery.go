package wal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"path"
	"time"

	"tailrace/internal/vfs"
)

// Recovery says what Open found.
type Recovery struct {
	// Files counts the log files that were read, Records and Bytes the replayed records and their payloads, Skipped the
	// records that were not replayed because they were flushed.
	Files                   int
	Records, Skipped, Bytes int64
	// TornBytes is what was cut off the end of the last file: written when the crash came, and never acknowledged.
	TornBytes int64
	// Lost counts the acknowledged records that are missing, as far as sequences show: damage at the very end of the log
	// cannot be told from a torn tail.
	Lost uint64
	// Damaged are the files in which something was unreadable though it had been durable, with what else was wrong.
	Damaged []Damage
	// Last is the sequence of the newest record, replayed or not, and at least the flushed position.
	Last     uint64
	Duration time.Duration
}

// Damage is what is wrong with one file. What could be read of it was replayed.
type Damage struct {
	// File is the name in the log's directory, Quarantine the path of the copy; empty if there is none (yet).
	File, Quarantine string
	// Offset is where the first damage begins, Bytes how much could not be used.
	Offset, Bytes int64
	// Lost counts the records missing from this file.
	Lost uint64
	// Err is the first error of reading; nil if only the content was wrong.
	Err error
}

// Open reads the log in a directory, which is made if needed, and starts its writer. Every record with a sequence above
// after, the flushed position, is replayed in the order of sequences; the payload is replay's to keep. An error of replay
// ends Open with it.
//
// Damage does not: it is reported, and everything readable is replayed. Errors come from a directory or file that cannot be
// opened at all, and from a file of a newer format (ErrVersion). A full disk does not keep a log from opening; appends
// answer ErrUnavailable until there is room.
func Open(o Options, after uint64, replay func(seq uint64, payload []byte) error) (*Log, Recovery, error) {
	o.setDefaults()
	start := o.Now()
	l := &Log{o: o, stopped: make(chan struct{})}
	l.queue.wake = make(chan struct{}, 1)
	r := recovery{log: l, after: after, replay: replay}
	if err := r.run(); err != nil {
		if l.active != nil {
			l.active.f.Close()
		}
		return nil, Recovery{}, fmt.Errorf("open write-ahead log %s: %w", o.Dir, err)
	}
	l.next = max(r.next, after+1)
	l.settle()
	r.Last = l.next - 1
	r.Duration = o.Now().Sub(start)
	go l.run()
	return l, r.Recovery, nil
}

// recovery reads the files of a log, oldest first.
type recovery struct {
	Recovery
	log    *Log
	after  uint64
	replay func(seq uint64, payload []byte) error
	window []byte
	next   uint64 // the sequence that is expected
}

// found is a file of the log and what its header says.
type found struct {
	logFile
	f     vfs.File
	salt  uint32
	limit uint64 // the first sequence of the next file, which ends this one
}

func (r *recovery) run() error {
	files, err := r.list()
	defer func() {
		for _, f := range files {
			if f.f != nil {
				f.f.Close()
			}
		}
	}()
	if err != nil {
		return err
	}
	limit := uint64(math.MaxUint64)
	for i := len(files) - 1; i >= 0; i-- {
		files[i].limit = limit
		limit = min(limit, files[i].first)
	}
	r.next = min(r.after+1, limit)
	for i := range files {
		if err := r.file(&files[i], i == len(files)-1); err != nil {
			return fmt.Errorf("%s: %w", files[i].name, err)
		}
	}
	return nil
}

// list opens the log's files and reads their headers. Files without a valid one are put away.
func (r *recovery) list() ([]found, error) {
	l := r.log
	made := l.o.FS.MkdirAll(l.o.Dir) // what counts is whether it is there; create makes its name durable
	names, err := l.o.FS.List(l.o.Dir)
	if err != nil {
		return nil, errors.Join(made, err)
	}
	var files []found
	for _, name := range names {
		number, ok := parseName(name)
		if !ok {
			continue
		}
		l.number = max(l.number, number)
		f, err := l.o.FS.OpenReadWrite(path.Join(l.o.Dir, name))
		if err != nil {
			return files, err
		}
		file := found{logFile: logFile{name: name, number: number}, f: f}
		usable, err := r.header(&file)
		if usable {
			files = append(files, file)
			continue
		}
		f.Close()
		if err != nil {
			return files, fmt.Errorf("%s: %w", name, err)
		}
	}
	r.Files = len(files)
	return files, nil
}

// header reads a file's header; false without an error if the file was put away.
func (r *recovery) header(file *found) (usable bool, err error) {
	if file.size, err = file.f.Size(); err != nil {
		return false, err
	}
	b := make([]byte, min(file.size, recordsStart))
	if _, err = file.f.ReadAt(b, 0); errors.Is(err, io.EOF) {
		err = nil
	}
	file.tag = crc32.Checksum(b, castagnoli)
	h, invalid := parseHeader(b)
	switch {
	case errors.Is(invalid, ErrVersion):
		return false, invalid
	case invalid == nil && h.number == file.number:
		file.first, file.salt = h.first, h.salt
		file.tag = h.salt // the checksum of bytes that end with their checksum is the same for all
		return true, nil
	case err == nil && file.size <= recordsStart:
		// A crash while the file was begun: records are written only once the header is durable.
		r.discard(file.name)
		return false, nil
	}
	d := Damage{File: file.name, Bytes: file.size, Err: errors.Join(invalid, err)}
	if d.Quarantine, err = r.log.quarantine(file.logFile); err != nil {
		d.Err = errors.Join(d.Err, err)
	}
	r.damaged(d)
	return false, nil
}

// discard removes a file that never held a record. It does no harm if it stays.
func (r *recovery) discard(name string) {
	l := r.log
	err := l.o.FS.Remove(path.Join(l.o.Dir, name))
	if err == nil {
		err = l.o.FS.SyncDir(l.o.Dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.o.Logger.Warn("write-ahead log: remove unfinished file", "file", name, "error", err)
	}
}

func (r *recovery) damaged(d Damage) {
	r.Damaged = append(r.Damaged, d)
	logger := r.log.o.Logger
	if d.Err != nil {
		logger = logger.With("error", d.Err)
	}
	logger.Error("write-ahead log: damaged file", "file", d.File, "offset", d.Offset, "bytes", d.Bytes,
		"records_lost", d.Lost, "quarantine", d.Quarantine)
}
