package units

import "strings"

// EditDistance is how many letters must be added, taken away or replaced to make one word of another, and how
// many neighbours must change places.
func EditDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// settingHint tells of a setting that is not known what may have been meant: the section that it belongs into,
// or a name that is spelled much the same.
func settingHint(section, name string) string {
	if len(name) > 64 {
		return "" // no setting is half as long, and the comparison would take its time
	}
	for _, other := range Sections() {
		if find(other, name) != nil {
			return "; it belongs into [" + other + "]"
		}
	}
	best, distance := "", min(3, (len(name)+2)/3+1)
	for known := range table(section) {
		d := EditDistance(strings.ToLower(name), strings.ToLower(known))
		if d < distance || d == distance && best != "" && known < best {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return "; the nearest known one is " + best
}
