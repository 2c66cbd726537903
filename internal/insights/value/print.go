package value

import (
	"math"
	"strconv"

	"tailrace/internal/leaf"
)

// Append appends v as results print it (cloudwatch-logs.md §15), null as nothing: a boolean as 1 or 0, a time as
// YYYY-MM-DD HH:mm:ss.SSS, a number that was computed with at most 4 decimals, everything else as it came.
func (v Value) Append(dst []byte) []byte {
	switch v.kind {
	case Bool, Int:
		return strconv.AppendInt(dst, v.Int(), 10)
	case Float:
		return leaf.AppendFloat(dst, v.Float())
	case Computed:
		return appendComputed(dst, v.Float())
	case Time:
		return AppendTime(dst, v.Int())
	}
	return append(dst, v.text...)
}

// String prints v as Append does.
func (v Value) String() string { return string(v.Append(nil)) }

// AppendExact appends v as Append does, but for a computed number all its digits: what tells values apart.
func (v Value) AppendExact(dst []byte) []byte {
	if v.kind == Computed {
		return appendExactComputed(dst, v.Float())
	}
	return v.Append(dst)
}

// PlainText returns the text of a scalar, for functions on texts: room is written to if v is not a text.
func (v Value) PlainText(room []byte) []byte {
	if v.kind == Text {
		return v.text
	}
	return v.Append(room)
}

// maxDecimals is how many decimals computed numbers print with [derived in §15].
const maxDecimals = 4

// appendComputed rounds to the nearest number of 4 decimals and drops zeros at the end. From 2^53 on, where a float64 has no
// decimals, it prints the shortest digits that stand for it.
func appendComputed(dst []byte, f float64) []byte {
	if math.Abs(f) >= exactInts {
		return leaf.AppendFloat(dst, f)
	}
	if f == math.Trunc(f) {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', maxDecimals, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[from:]) == "-0" {
		return append(dst[:from], '0')
	}
	return dst
}

func appendExactComputed(dst []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < exactInts {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	return leaf.AppendFloat(dst, f)
}

const (
	daySeconds = 24 * 60 * 60
	dayMillis  = daySeconds * 1000
)

// AppendTime appends a time of milliseconds since 1970 as YYYY-MM-DD HH:mm:ss.SSS in UTC. Years beyond 9999 have more digits,
// those before year 0 a sign.
func AppendTime(dst []byte, ms int64) []byte {
	days := ms / dayMillis
	rest := ms % dayMillis
	if rest < 0 {
		rest += dayMillis
		days--
	}
	year, month, day := Civil(days)
	if year < 0 {
		dst = append(dst, '-')
		year = -year
	}
	dst = AppendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = AppendPadded(dst, int64(month), 2)
	dst = append(dst, '-')
	dst = AppendPadded(dst, int64(day), 2)
	dst = append(dst, ' ')
	return appendClock(dst, rest)
}

func appendClock(dst []byte, ms int64) []byte {
	h, m, s, ms := ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000
	return append(dst, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10),
		'.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// AppendPadded appends a number that is not negative with zeros in front up to width digits.
func AppendPadded(dst []byte, n int64, width int) []byte {
	for limit := int64(1); width > 1; width-- {
		if limit *= 10; n < limit {
			break
		}
	}
	for ; width > 1; width-- {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, n, 10)
}

// Civil returns the date of a day since 1970-01-01 in the Gregorian calendar. Days counts whole eras of 400 years from
// March on, so that the day that leap years add is the last of a year.
func Civil(days int64) (year int64, month, day int) {
	days += 719_468 // from 0000-03-01
	era := days / 146_097
	if days < 0 {
		era = (days - 146_096) / 146_097
	}
	ofEra := days - era*146_097
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36_524 - ofEra/146_096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*ofYear + 2) / 153
	day = int(ofYear - (153*m+2)/5 + 1)
	month = int(m) + 3
	if month > 12 {
		month -= 12
	}
	year = yearOfEra + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}
