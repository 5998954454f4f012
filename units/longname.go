package units

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// hashedName shortens the name made from a very long path as systemd does, so that both find the same unit:
// its start, and a hash of the whole.
func hashedName(name, suffix string) string {
	// The key is systemd's; any other would give other names.
	const k0, k1 = 0x324a3258fb37f2ec, 0x9aeb210d9b069f84
	hash := fmt.Sprintf("_%016x", bits.ReverseBytes64(siphash24(name+"\x00", k0, k1)))
	return name[:unitNameMax-len(hash)-len(suffix)] + hash + suffix
}

// siphash24 is SipHash-2-4 (Aumasson and Bernstein).
func siphash24(s string, k0, k1 uint64) uint64 {
	v0, v1 := k0^0x736f6d6570736575, k1^0x646f72616e646f6d
	v2, v3 := k0^0x6c7967656e657261, k1^0x7465646279746573
	rounds := func(n int) {
		for range n {
			v0 += v1
			v1 = bits.RotateLeft64(v1, 13) ^ v0
			v0 = bits.RotateLeft64(v0, 32)
			v2 += v3
			v3 = bits.RotateLeft64(v3, 16) ^ v2
			v0 += v3
			v3 = bits.RotateLeft64(v3, 21) ^ v0
			v2 += v1
			v1 = bits.RotateLeft64(v1, 17) ^ v2
			v2 = bits.RotateLeft64(v2, 32)
		}
	}
	data := []byte(s)
	last := uint64(len(data)) << 56
	for len(data) >= 8 {
		word := binary.LittleEndian.Uint64(data)
		v3 ^= word
		rounds(2)
		v0 ^= word
		data = data[8:]
	}
	for i, c := range data {
		last |= uint64(c) << (8 * i)
	}
	v3 ^= last
	rounds(2)
	v0 ^= last
	v2 ^= 0xff
	rounds(4)
	return v0 ^ v1 ^ v2 ^ v3
}
