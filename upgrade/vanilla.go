package upgrade

import (
	"fmt"
	"strings"

	"pintle/firstrun"
)

// ParseVanilla reads a list of known contents as FreeIPA's volume-data-autoupdate and sha256sum(1) have it:
// a SHA-256 sum and a path a line. Paths may be absolute; volume, if they begin with it, is taken off. Only files up to 1
// MiB, as configuration is, can be recognised.
func ParseVanilla(name, volume string, text []byte) (map[string][]string, error) {
	known := map[string][]string{}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		sum, path, ok := strings.Cut(line, " ")
		path = strings.TrimPrefix(strings.TrimPrefix(path, " "), "*")
		if rest, below := strings.CutPrefix(path, strings.TrimSuffix(volume, "/")+"/"); below {
			path = rest
		}
		path = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "./")
		if !ok || len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" || firstrun.CheckPath(path) != nil {
			return nil, fmt.Errorf("cannot use %s:%d: a line is a SHA-256 sum in lower case, two spaces and a path", name, number)
		}
		known[path] = append(known[path], "sha256:"+sum)
	}
	return known, nil
}
