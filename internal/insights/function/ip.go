package function

import (
	"net/netip"

	"tailrace/internal/insights/value"
)

var ipFunctions = []definition{
	{name: "isValidIp", min: 1, max: 1, prepare: ofAddress(func(netip.Addr) bool { return true }, true)},
	{name: "isValidIpV4", min: 1, max: 1, prepare: ofAddress(netip.Addr.Is4, true)},
	{name: "isValidIpV6", min: 1, max: 1, prepare: ofAddress(netip.Addr.Is6, true)},
	{name: "isIpInSubnet", min: 2, max: 2, prepare: inSubnet(0)},
	{name: "isIpv4InSubnet", min: 2, max: 2, prepare: inSubnet(32)},
	{name: "isIpv6InSubnet", min: 2, max: 2, prepare: inSubnet(128)},
	{name: "ipv4ToNumber", min: 1, max: 1, prepare: ofText(func(_ *room, text []byte) value.Value {
		a, ok := parseIPv4(text)
		if !ok {
			return value.Value{}
		}
		return value.NewInt(int64(a[0])<<24 | int64(a[1])<<16 | int64(a[2])<<8 | int64(a[3]))
	})},
	{name: "isPrivateIP", min: 1, max: 1, prepare: ofAddress(netip.Addr.IsPrivate, false)},
	{name: "isPublicIP", min: 1, max: 1, prepare: ofAddress(func(a netip.Addr) bool { return !a.IsPrivate() && !isReserved(a) }, false)},
	{name: "isReservedIP", min: 1, max: 1, prepare: ofAddress(isReserved, false)},
}

// ofAddress is a function that tells something of an address: false of a text that is none. Unmapped ones see the IPv4
// address in an IPv6 address that stands for it (::ffff:192.0.2.1).
func ofAddress(is func(netip.Addr) bool, mapped bool) func(*compiler) (rowFunc, error) {
	return ofText(func(_ *room, text []byte) value.Value {
		a, ok := parseAddress(text)
		if !mapped {
			a = a.Unmap()
		}
		return value.NewBool(ok && is(a))
	})
}

// parseAddress reads an address; one with a zone (fe80::1%eth0) is none.
func parseAddress(text []byte) (netip.Addr, bool) {
	if a, ok := parseIPv4(text); ok {
		return netip.AddrFrom4(a), true
	}
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	if len(text) < 2 || len(text) > longest {
		return netip.Addr{}, false
	}
	for _, c := range text {
		if c != ':' && c != '.' && c-'0' > 9 && (c|0x20)-'a' > 5 {
			return netip.Addr{}, false
		}
	}
	a, err := netip.ParseAddr(string(text))
	return a, err == nil
}

// parseIPv4 reads four numbers from 0 to 255 without zeros in front, with dots between them.
func parseIPv4(text []byte) (a [4]byte, ok bool) {
	part, digits, n := 0, 0, 0
	for _, c := range text {
		switch {
		case c-'0' <= 9:
			if digits > 0 && n == 0 {
				return a, false
			}
			if n = n*10 + int(c-'0'); n > 255 {
				return a, false
			}
			digits++
		case c == '.' && digits > 0 && part < 3:
			a[part] = byte(n)
			part, digits, n = part+1, 0, 0
		default:
			return a, false
		}
	}
	a[part] = byte(n)
	return a, part == 3 && digits > 0
}

// inSubnet tells whether an address lies in a network; bits is the length of its addresses, 0 for any. A constant that is
// no such network is an error, another text gives null.
func inSubnet(bits int) func(*compiler) (rowFunc, error) {
	parse := func(text []byte) (netip.Prefix, bool) {
		prefix, err := netip.ParsePrefix(string(text))
		return prefix.Masked(), err == nil && (bits == 0 || prefix.Addr().BitLen() == bits)
	}
	return func(c *compiler) (rowFunc, error) {
		if a := c.args[1]; a.Const && !a.Value.IsNull() {
			prefix, ok := parse(a.Value.PlainText(nil))
			if !ok {
				return nil, c.fail(1, "%q is no network in CIDR notation for this function, such as %s", a.Value, exampleSubnet(bits))
			}
			return func(r *room, args []value.Value) value.Value {
				address, ok := parseAddress(r.text(args[0]))
				return value.NewBool(ok && prefix.Contains(address))
			}, nil
		}
		return func(r *room, args []value.Value) value.Value {
			prefix, ok := parse(r.text(args[1]))
			if !ok {
				return value.Value{}
			}
			address, ok := parseAddress(r.text(args[0]))
			return value.NewBool(ok && prefix.Contains(address))
		}, nil
	}
}

func exampleSubnet(bits int) string {
	if bits == 128 {
		return "2001:db8::/32"
	}
	return "192.0.2.0/24"
}

// reserved are the networks that are neither private nor for the public: IANA's registries of special-purpose addresses
// (RFC 6890 and its updates), multicast and class E.
var reserved = func() (out []netip.Prefix) {
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fe80::/10", "ff00::/8",
	} {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}()

func isReserved(a netip.Addr) bool {
	for _, p := range reserved {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
