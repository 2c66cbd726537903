package function

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"

	"tailrace/internal/insights/value"
)

// Decoding gives null for texts that are not encoded so.
var encodingFunctions = []definition{
	{name: "urlencode", min: 1, max: 1, prepare: ofText(urlencode)},
	{name: "urldecode", min: 1, max: 1, prepare: ofText(urldecode)},
	{name: "base64encode", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value {
		from := len(r.bytes)
		r.bytes = base64.StdEncoding.AppendEncode(r.bytes, text)
		return r.since(from)
	})},
	{name: "base64decode", min: 1, max: 1, prepare: ofText(base64decode)},
	{name: "hexToAscii", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value {
		from := len(r.bytes)
		var err error
		if r.bytes, err = hex.AppendDecode(r.bytes, withoutPrefix(text)); err != nil {
			r.bytes = r.bytes[:from]
			return value.Value{}
		}
		return r.since(from)
	})},
	{name: "hexToDec", min: 1, max: 1, prepare: ofText(hexToDec)},
	{name: "decToHex", min: 1, max: 1, prepare: fixed(decToHex)},
}

// urlencode leaves letters, digits and -._~ as they are (RFC 3986), a blank becomes %20.
func urlencode(r *room, text []byte) value.Value {
	from := len(r.bytes)
	for _, c := range text {
		if 'a' <= c|0x20 && c|0x20 <= 'z' || c-'0' <= 9 || c == '-' || c == '.' || c == '_' || c == '~' {
			r.bytes = append(r.bytes, c)
		} else {
			const digits = "0123456789ABCDEF"
			r.bytes = append(r.bytes, '%', digits[c>>4], digits[c&15])
		}
	}
	return r.since(from)
}

// urldecode reads + as a blank, as forms write it.
func urldecode(r *room, text []byte) value.Value {
	from := len(r.bytes)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '+':
			r.bytes = append(r.bytes, ' ')
		case '%':
			var decoded [1]byte
			if i+2 >= len(text) {
				r.bytes = r.bytes[:from]
				return value.Value{}
			}
			if _, err := hex.Decode(decoded[:], text[i+1:i+3]); err != nil {
				r.bytes = r.bytes[:from]
				return value.Value{}
			}
			r.bytes = append(r.bytes, decoded[0])
			i += 2
		default:
			r.bytes = append(r.bytes, c)
		}
	}
	return r.since(from)
}

// base64decode reads the standard alphabet, with or without padding.
func base64decode(r *room, text []byte) value.Value {
	encoding := base64.RawStdEncoding
	if len(text) > 0 && text[len(text)-1] == '=' {
		encoding = base64.StdEncoding
	}
	from := len(r.bytes)
	var err error
	if r.bytes, err = encoding.AppendDecode(r.bytes, text); err != nil {
		r.bytes = r.bytes[:from]
		return value.Value{}
	}
	return r.since(from)
}

func withoutPrefix(text []byte) []byte {
	if len(text) >= 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		return text[2:]
	}
	return text
}

// hexToDec reads up to 16 digits, with or without 0x.
func hexToDec(_ *room, text []byte) value.Value {
	text = withoutPrefix(text)
	var n uint64
	for _, c := range text {
		var digit byte
		switch {
		case c-'0' <= 9:
			digit = c - '0'
		case (c|0x20)-'a' <= 5:
			digit = (c | 0x20) - 'a' + 10
		default:
			return value.Value{}
		}
		if n>>60 != 0 {
			return value.Value{}
		}
		n = n<<4 | uint64(digit)
	}
	if len(text) == 0 {
		return value.Value{}
	}
	if n > math.MaxInt64 {
		return value.NewComputed(float64(n))
	}
	return value.NewInt(int64(n))
}

// decToHex prints a whole number that is not negative, in lower case and without 0x.
func decToHex(r *room, args []value.Value) value.Value {
	i, ok := wholeOf(args[0].Number())
	if !ok || i < 0 {
		return value.Value{}
	}
	from := len(r.bytes)
	r.bytes = strconv.AppendInt(r.bytes, i, 16)
	return r.since(from)
}
