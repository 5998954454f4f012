package units

import (
	"math"
	"strconv"
	"strings"
)

// ParseBytes reads a size with suffixes K, M, G, T, P, E to the base of 1024; several sizes add up, each in a
// smaller unit than the one before.
func ParseBytes(s string) (Bytes, error) { return ParseSize(s, 1024) }

// ParseSize is ParseBytes with another base: 1000 for things that are no memory.
func ParseSize(s string, base uint64) (Bytes, error) {
	const kind = "size"
	const suffixes = "EPTGMKB"
	var sum uint64
	next := 0 // the biggest unit that is still allowed
	for rest := s; ; {
		rest = strings.TrimLeft(rest, whitespace)
		if strings.HasPrefix(rest, "-") {
			return 0, outOfRange(kind, s)
		}
		digits, after := cutDigits(strings.TrimPrefix(rest, "+"))
		if digits == "" || next > len(suffixes) {
			return 0, malformed(kind, s, "not a number with a unit of K, M, G, T, P or E")
		}
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return 0, outOfRange(kind, s)
		}
		fraction := ""
		if strings.HasPrefix(after, ".") {
			fraction, after = cutDigits(after[1:])
		}
		after = strings.TrimLeft(after, whitespace)
		unit := len(suffixes)
		if after != "" {
			if i := strings.IndexByte(suffixes, after[0]); i >= next {
				unit, after = i, after[1:]
			}
		}
		factor := uint64(1)
		for i := unit; i < len(suffixes)-1; i++ {
			factor *= base
		}
		part, ok := scaleFraction(fraction, factor)
		if !ok || n > (math.MaxUint64-part)/factor || n*factor+part > math.MaxUint64-sum {
			return 0, outOfRange(kind, s)
		}
		sum += n*factor + part
		if after == "" {
			return Bytes(sum), nil
		}
		rest, next = after, unit+1
	}
}

// scaleFraction multiplies the decimals after a point by factor.
func scaleFraction(decimals string, factor uint64) (uint64, bool) {
	if decimals == "" {
		return 0, true
	}
	f, err := strconv.ParseFloat("0."+decimals, 64)
	return uint64(f * float64(factor)), err == nil
}
