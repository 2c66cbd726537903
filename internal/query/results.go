package query

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Cursor is a place in a result; the zero cursor is its beginning.
type Cursor struct{ Offset int64 }

const (
	magic      = "TRQ1"
	recordHead = 8
	// maxRecord is far above the longest row: a message of 1 MiB and what was parsed out of it.
	maxRecord = 64 << 20
)

var errDamaged = errors.New("result is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends one record, whose body write appends.
func appendRecord(dst []byte, write func([]byte) []byte) []byte {
	at := len(dst)
	dst = write(append(dst, make([]byte, recordHead)...))
	body := dst[at+recordHead:]
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(body)))
	binary.LittleEndian.PutUint32(dst[at+4:], crc32.Checksum(body, castagnoli))
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendRow(dst []byte, row Row) []byte {
	return appendRecord(dst, func(b []byte) []byte {
		b = binary.AppendUvarint(b, uint64(len(row)))
		for _, f := range row {
			b = appendText(appendText(b, f.Name), f.Value)
		}
		return b
	})
}

// encode is the content of a result's file.
func encode(info *Info, rows []Row) []byte {
	head, _ := json.Marshal(info) // never fails: texts and finite numbers
	content := appendRecord([]byte(magic), func(b []byte) []byte { return append(b, head...) })
	for _, row := range rows {
		content = appendRow(content, row)
	}
	return appendRecord(content, func(b []byte) []byte { return b })
}

// readRecord reads the record at an offset and says where the next one is.
func readRecord(r io.ReaderAt, offset int64) (body []byte, next int64, err error) {
	var head [recordHead]byte
	if n, err := r.ReadAt(head[:], offset); n < len(head) {
		return nil, 0, damage(err)
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size > maxRecord {
		return nil, 0, errDamaged
	}
	body = make([]byte, size)
	if n, err := r.ReadAt(body, offset+recordHead); n < len(body) {
		return nil, 0, damage(err)
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, 0, errDamaged
	}
	return body, offset + recordHead + int64(size), nil
}

// damage tells a file that ends too soon from a disk that does not answer.
func damage(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return errDamaged
	}
	return err
}

// readInfo reads the head of a result's file and says where its rows begin.
func readInfo(r io.ReaderAt) (info Info, rows int64, err error) {
	var m [len(magic)]byte
	if n, err := r.ReadAt(m[:], 0); n < len(m) {
		return Info{}, 0, damage(err)
	}
	if string(m[:]) != magic {
		return Info{}, 0, errDamaged
	}
	body, rows, err := readRecord(r, int64(len(magic)))
	if err != nil {
		return Info{}, 0, err
	}
	if err := json.Unmarshal(body, &info); err != nil {
		return Info{}, 0, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return info, rows, nil
}

// readPage reads up to most rows, and not many more than so many bytes, and the place behind them; more says whether there are
// rows behind that.
func readPage(r io.ReaderAt, from Cursor, most, bytes int) (rows []Row, next Cursor, more bool, err error) {
	_, begin, err := readInfo(r)
	if err != nil {
		return nil, Cursor{}, false, err
	}
	at := max(from.Offset, begin)
	for size := 0; ; {
		body, after, err := readRecord(r, at)
		switch {
		case errors.Is(err, errDamaged) && at == from.Offset:
			return nil, Cursor{}, false, fmt.Errorf("%w: %w", ErrCursor, err)
		case err != nil:
			return nil, Cursor{}, false, err
		case len(body) == 0:
			return rows, Cursor{at}, false, nil
		case len(rows) == most || len(rows) > 0 && size+len(body) > bytes:
			return rows, Cursor{at}, true, nil
		}
		row, err := decodeRow(body)
		if err != nil {
			return nil, Cursor{}, false, err
		}
		rows, at, size = append(rows, row), after, size+len(body)
	}
}

func decodeRow(body []byte) (Row, error) {
	fields, used := binary.Uvarint(body)
	if used <= 0 || fields > uint64(len(body)) {
		return nil, errDamaged
	}
	body = body[used:]
	row := make(Row, fields)
	for i := range row {
		for _, text := range [...]*string{&row[i].Name, &row[i].Value} {
			n, used := binary.Uvarint(body)
			if used <= 0 || n > uint64(len(body)-used) {
				return nil, errDamaged
			}
			*text, body = string(body[used:used+int(n)]), body[used+int(n):]
		}
	}
	if len(body) > 0 {
		return nil, errDamaged
	}
	return row, nil
}
