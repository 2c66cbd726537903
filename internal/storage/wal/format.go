package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

const (
	magic        = "TRLRCWAL"
	version      = 1
	fileHeader   = 64   // bytes of a file's header
	headerCopy   = 4096 // where its second copy lies
	recordsStart = 8192 // where records begin
	recordHeader = 24   // bytes before a record's payload
	fileSuffix   = ".wal"
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	errHeader  = errors.New("no valid header")
)

// header is what stands at the beginning of a log file.
type header struct {
	salt   uint32
	number uint64
	first  uint64 // sequence of the file's first record
}

// append writes all that stands before the records: both copies and the zeros around them.
func (h header) append(dst []byte) []byte {
	one := make([]byte, 0, headerCopy)
	one = append(one, magic...)
	one = binary.LittleEndian.AppendUint32(one, version)
	one = binary.LittleEndian.AppendUint32(one, h.salt)
	one = binary.LittleEndian.AppendUint64(one, h.number)
	one = binary.LittleEndian.AppendUint64(one, h.first)
	one = one[:fileHeader-4]
	one = binary.LittleEndian.AppendUint32(one, crc32.Checksum(one, castagnoli))
	return append(append(dst, one[:headerCopy]...), one[:headerCopy]...)
}

// parseHeader reads the header from the beginning of a file, from whichever copy is whole.
func parseHeader(b []byte) (header, error) {
	h, err := parseOneHeader(b)
	if errors.Is(err, errHeader) && len(b) > headerCopy {
		h, err = parseOneHeader(b[headerCopy:])
	}
	return h, err
}

func parseOneHeader(b []byte) (header, error) {
	if len(b) < fileHeader || !bytes.HasPrefix(b, []byte(magic)) ||
		crc32.Checksum(b[:fileHeader-4], castagnoli) != binary.LittleEndian.Uint32(b[fileHeader-4:]) {
		return header{}, errHeader
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != version {
		return header{}, fmt.Errorf("%w: %d, this program reads %d", ErrVersion, v, version)
	}
	return header{
		salt:   binary.LittleEndian.Uint32(b[12:]),
		number: binary.LittleEndian.Uint64(b[16:]),
		first:  binary.LittleEndian.Uint64(b[24:]),
	}, nil
}

// record is a record's header.
type record struct {
	length uint32 // of the payload in bytes
	crc    uint32 // CRC32C of the payload
	seq    uint64
	behind uint32 // seq minus the last sequence that was on stable storage when the record was written
}

// durable is the sequence up to which the log was on stable storage when the record was written.
func (r record) durable() uint64 { return r.seq - uint64(r.behind) }

// size is the record's bytes with its header.
func (r record) size() int64 { return recordHeader + int64(r.length) }

func (r record) append(dst []byte, salt uint32) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, r.length)
	dst = binary.LittleEndian.AppendUint32(dst, r.crc)
	dst = binary.LittleEndian.AppendUint64(dst, r.seq)
	dst = binary.LittleEndian.AppendUint32(dst, r.behind)
	return binary.LittleEndian.AppendUint32(dst, headerCRC(dst[start:], salt))
}

// parseRecord reads a record's header; false if the bytes are none of a file with this salt.
func parseRecord(b []byte, salt uint32) (record, bool) {
	if len(b) < recordHeader {
		return record{}, false
	}
	r := record{
		length: binary.LittleEndian.Uint32(b),
		crc:    binary.LittleEndian.Uint32(b[4:]),
		seq:    binary.LittleEndian.Uint64(b[8:]),
		behind: binary.LittleEndian.Uint32(b[16:]),
	}
	if r.length > MaxRecordBytes || r.behind == 0 || uint64(r.behind) > r.seq {
		return record{}, false
	}
	return r, binary.LittleEndian.Uint32(b[20:]) == headerCRC(b[:recordHeader-4], salt)
}

func headerCRC(b []byte, salt uint32) uint32 {
	return crc32.Update(salt, castagnoli, b)
}

// fileName is the name of the log file with a number; parseName is its inverse.
func fileName(number uint64) string { return fmt.Sprintf("%010d%s", number, fileSuffix) }

func parseName(name string) (number uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, fileSuffix)
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, err == nil && fileName(number) == name
}
