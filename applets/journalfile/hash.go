package journalfile

import (
	"encoding/binary"
	"math/bits"
)

// sipHash is SipHash-2-4, by which files with keyed hashes find their fields; the key is the file's id.
func sipHash(key [16]byte, b []byte) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])
	v := [4]uint64{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573}
	round := func() {
		v[0] += v[1]
		v[1] = bits.RotateLeft64(v[1], 13) ^ v[0]
		v[0] = bits.RotateLeft64(v[0], 32)
		v[2] += v[3]
		v[3] = bits.RotateLeft64(v[3], 16) ^ v[2]
		v[0] += v[3]
		v[3] = bits.RotateLeft64(v[3], 21) ^ v[0]
		v[2] += v[1]
		v[1] = bits.RotateLeft64(v[1], 17) ^ v[2]
		v[2] = bits.RotateLeft64(v[2], 32)
	}
	last := uint64(len(b)) << 56
	for ; len(b) >= 8; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v[3] ^= m
		round()
		round()
		v[0] ^= m
	}
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	v[3] ^= last
	round()
	round()
	v[0] ^= last
	v[2] ^= 0xff
	for range 4 {
		round()
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3]
}

// lookup3 is Bob Jenkins' hashlittle2, both halves of it, by which other files find their fields.
func lookup3(key []byte) uint64 {
	a := uint32(0xdeadbeef) + uint32(len(key))
	b, c := a, a
	for ; len(key) > 12; key = key[12:] {
		a += binary.LittleEndian.Uint32(key)
		b += binary.LittleEndian.Uint32(key[4:])
		c += binary.LittleEndian.Uint32(key[8:])
		a = a - c ^ bits.RotateLeft32(c, 4)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 6)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 8)
		b += a
		a = a - c ^ bits.RotateLeft32(c, 16)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 19)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 4)
		b += a
	}
	if len(key) > 0 {
		var rest [12]byte
		copy(rest[:], key)
		a += binary.LittleEndian.Uint32(rest[:])
		b += binary.LittleEndian.Uint32(rest[4:])
		c += binary.LittleEndian.Uint32(rest[8:])
		c = c ^ b - bits.RotateLeft32(b, 14)
		a = a ^ c - bits.RotateLeft32(c, 11)
		b = b ^ a - bits.RotateLeft32(a, 25)
		c = c ^ b - bits.RotateLeft32(b, 16)
		a = a ^ c - bits.RotateLeft32(c, 4)
		b = b ^ a - bits.RotateLeft32(a, 14)
		c = c ^ b - bits.RotateLeft32(b, 24)
	}
	return uint64(c)<<32 | uint64(b)
}
