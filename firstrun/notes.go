package firstrun

import (
	"fmt"
	"sync"
)

// Notes are what could not be kept or done, each kind once with an example and how often.
type Notes struct {
	mu    sync.Mutex
	order []string
	byKey map[string]*note
}

type note struct {
	path  string
	count int
}

// Add notes something about a path ("" if it is about none).
func (n *Notes) Add(format, path string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byKey == nil {
		n.byKey = map[string]*note{}
	}
	if n.byKey[text] == nil {
		n.byKey[text] = &note{path: path}
		n.order = append(n.order, text)
	}
	n.byKey[text].count++
}

// List gives the notes as lines.
func (n *Notes) List() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []string
	for _, text := range n.order {
		switch x := n.byKey[text]; {
		case x.path == "":
		case x.count == 1:
			text += ": /" + x.path
		default:
			text += fmt.Sprintf(": %d entries, such as /%s", x.count, x.path)
		}
		list = append(list, text)
	}
	return list
}
