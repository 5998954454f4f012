package units

import (
	"slices"
	"strconv"
	"strings"
)

// maxCPUs bounds the numbers in a list of CPUs.
const maxCPUs = 8192

// ParseCPUSet reads a list of CPU numbers and ranges, separated by blanks or commas (CPUAffinity=), as numbers
// in ascending order. A range that runs backward is empty.
func ParseCPUSet(s string) ([]int, error) {
	words, err := SplitWordsAt(s, whitespace+",", WordUnquote)
	if err != nil {
		return nil, err
	}
	var set []int
	for _, word := range words {
		first, last, ranged := strings.Cut(word, "-")
		if !ranged {
			last = first
		}
		low, err := ParseUint(first, 32)
		if err != nil {
			return nil, err
		}
		high, err := ParseUint(last, 32)
		if err != nil {
			return nil, err
		}
		if high >= maxCPUs {
			return nil, outOfRange("list of CPUs", s)
		}
		for cpu := low; cpu <= high; cpu++ {
			set = append(set, int(cpu))
		}
	}
	slices.Sort(set)
	return slices.Compact(set), nil
}

// FormatCPUSet writes CPU numbers in ascending order as ranges: "0-3 5".
func FormatCPUSet(set []int) string {
	var words []string
	for i := 0; i < len(set); {
		j := i
		for j+1 < len(set) && set[j+1] == set[j]+1 {
			j++
		}
		word := strconv.Itoa(set[i])
		if j > i {
			word += "-" + strconv.Itoa(set[j])
		}
		words = append(words, word)
		i = j + 1
	}
	return strings.Join(words, " ")
}
