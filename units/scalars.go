package units

import (
	"errors"
	"strconv"
	"strings"
)

// ParseBool reads a boolean (systemd.syntax(7)).
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "1", "yes", "y", "true", "t", "on":
		return true, nil
	case "0", "no", "n", "false", "f", "off":
		return false, nil
	}
	return false, malformed("boolean", s, `write "yes" or "no"`)
}

// ParseInt reads an integer of at most bits bits, decimal or with a prefix 0x, 0 or 0o, 0b.
func ParseInt(s string, bits int) (int64, error) {
	digits := strings.TrimLeft(s, whitespace)
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	u, err := parseDigits("integer", s, digits, 0)
	limit := uint64(1) << (bits - 1)
	switch {
	case err != nil:
		return 0, err
	case negative && u <= limit:
		return int64(-u), nil
	case u >= limit:
		return 0, outOfRange("integer", s)
	}
	return int64(u), nil
}

// ParseUint reads an integer that is not negative, of at most bits bits, with the prefixes of ParseInt.
func ParseUint(s string, bits int) (uint64, error) {
	const kind = "number"
	digits := strings.TrimLeft(s, whitespace)
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	u, err := parseDigits(kind, s, digits, 0)
	if err == nil && (negative && u > 0 || bits < 64 && u>>bits > 0) {
		err = outOfRange(kind, s)
	}
	if err != nil {
		return 0, err
	}
	return u, nil
}

// parseDigits reads an unsigned number without sign; base 0 goes by the prefix. Underscores, which Go would
// allow with a prefix, are refused.
func parseDigits(kind, whole, digits string, base int) (uint64, error) {
	if digits == "" || hexDigit(digits[0]) < 0 || strings.IndexByte(digits, '_') >= 0 {
		return 0, malformed(kind, whole, "not a number")
	}
	u, err := strconv.ParseUint(digits, base, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, outOfRange(kind, whole)
	case err != nil:
		return 0, malformed(kind, whole, "not a number")
	}
	return u, nil
}

// ParseMode reads an octal access mode.
func ParseMode(s string) (FileMode, error) {
	u, err := parseDigits("octal mode", s, strings.TrimLeft(s, whitespace), 8)
	if err == nil && u > 0o7777 {
		err = outOfRange("octal mode", s)
	}
	if err != nil {
		return 0, err
	}
	return FileMode(u), nil
}

// ParsePercent reads a whole percentage, 0…100.
func ParsePercent(s string) (int, error) {
	v, err := parseParts(s, s, "%", 0)
	if err == nil && v > 100 {
		err = outOfRange("percentage", s)
	}
	if err != nil {
		return 0, err
	}
	return v, nil
}

// ParsePermyriad reads a share in %, ‰ or ‱, with so many decimals that it is a whole number of 1/10000; the
// result is 0…10000.
func ParsePermyriad(s string) (int, error) {
	v, err := ParsePermyriadUnbounded(s)
	if err == nil && v > 10000 {
		err = outOfRange("percentage", s)
	}
	if err != nil {
		return 0, err
	}
	return v, nil
}

// ParsePermyriadUnbounded is ParsePermyriad for shares that may exceed the whole (CPUQuota=).
func ParsePermyriadUnbounded(s string) (int, error) {
	switch {
	case strings.HasSuffix(s, "‱"):
		return parseParts(s, s, "‱", 0)
	case strings.HasSuffix(s, "‰"):
		return parseParts(s, s, "‰", 1)
	}
	return parseParts(s, s, "%", 2)
}

// parseParts reads a number with at most so many decimals before a symbol and scales it to an integer.
func parseParts(whole, s, symbol string, decimals int) (int, error) {
	const kind = "percentage"
	number, ok := strings.CutSuffix(s, symbol)
	if !ok {
		return 0, malformed(kind, whole, symbol+" is missing")
	}
	number, fraction, dotted := strings.Cut(number, ".")
	if digits, rest := cutDigits(fraction); dotted && (digits == "" || rest != "" || len(digits) > decimals) {
		return 0, malformed(kind, whole, "too many decimals, or none after the point")
	}
	v, err := ParseInt(number, 32)
	if err != nil {
		return 0, err
	}
	for len(fraction) < decimals {
		fraction += "0"
	}
	for i := range decimals {
		v = v*10 + int64(fraction[i]-'0')
	}
	if v < 0 || v >= 1<<31 {
		return 0, outOfRange(kind, whole)
	}
	return int(v), nil
}

// ParseNice reads a nice level, -20…19.
func ParseNice(s string) (int, error) { return parseWithin("nice level", s, -20, 19) }

// ParseOOMScoreAdjust reads an OOM score adjustment, -1000…1000.
func ParseOOMScoreAdjust(s string) (int, error) {
	return parseWithin("OOM score adjustment", s, -1000, 1000)
}

func parseWithin(kind, s string, low, high int64) (int, error) {
	v, err := ParseInt(s, 32)
	if err != nil {
		return 0, err
	}
	if v < low || v > high {
		return 0, outOfRange(kind, s)
	}
	return int(v), nil
}
