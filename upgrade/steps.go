package upgrade

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// VersionStep is a program that turns a volume of one version into one of another.
type VersionStep struct {
	From, To string
	Path     string
}

// ReadSteps lists the steps of a directory: executable files with names OLD-NEW.
func ReadSteps(dir string) ([]VersionStep, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list the version steps: %w", err)
	}
	var steps []VersionStep
	for _, e := range entries {
		from, to, ok := strings.Cut(e.Name(), "-")
		if info, err := e.Info(); !ok || err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			continue
		}
		steps = append(steps, VersionStep{from, to, filepath.Join(dir, e.Name())})
	}
	return steps, nil
}

// Chain finds the shortest chain of steps from one version to another. A volume without version (filled before
// versions were thought of) is of version "0".
func Chain(steps []VersionStep, from, to string) ([]VersionStep, error) {
	if from == "" {
		if from = "0"; !slices.ContainsFunc(steps, func(s VersionStep) bool { return s.From == from }) {
			return nil, nil
		}
	}
	if to == "" || from == to {
		return nil, nil
	}
	reached := map[string][]VersionStep{from: {}}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			return reached[at], nil
		}
		for _, s := range steps {
			if _, seen := reached[s.To]; s.From == at && !seen {
				reached[s.To] = append(slices.Clone(reached[at]), s)
				queue = append(queue, s.To)
			}
		}
	}
	return nil, fmt.Errorf("cannot bring the volume from version %s to %s: no chain of steps leads there", from, to)
}
