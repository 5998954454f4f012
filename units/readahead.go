package units

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// source is the main file of a unit, read but not applied yet.
type source struct {
	path  string
	err   error // why there is no text
	lexed lexed
	ready chan struct{} // closed once the fields above are set
}

// lexed is what Lex makes of a text.
type lexed struct {
	assignments []Assignment
	warnings    []Warning
	err         error
}

// readAhead begins to read the main files of all queued units, on as many processors as there are: a target
// queues what it pulls in all at once, and until the files are read PID 1 starts nothing. What a file means is
// found out in the order of the queue, while those behind it are read.
func (g *Graph) readAhead() {
	queued := g.queue
	if g.ahead == nil {
		g.ahead = make(map[*Unit]*source, len(queued))
	}
	sources := make([]source, len(queued))
	for i, u := range queued {
		sources[i].ready = make(chan struct{})
		g.ahead[u] = &sources[i]
	}
	if len(queued) == 1 {
		g.read(queued[0], &sources[0])
		return
	}
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(queued)) {
		go func() {
			for i := next.Add(1) - 1; i < int64(len(queued)); i = next.Add(1) - 1 {
				g.read(queued[i], &sources[i])
			}
		}()
	}
}

// read reads the main file of a unit. It may run beside the loading of other units, and uses of the graph what
// does not change meanwhile: the options, the transient texts and the index of files.
func (g *Graph) read(u *Unit, src *source) {
	defer close(src.ready)
	defer func() {
		// No file may end the program, whatever it does to its reader.
		if p := recover(); p != nil {
			src.err = fmt.Errorf("cannot read the file of %s: %v", u.Name, p)
		}
	}()
	var text []byte
	if text, src.path, src.err = g.fragmentText(u.Name); src.err == nil {
		src.lexed = lexFor(u, text)
	}
}

// lexFor reads a text with the sections that a unit may have.
func lexFor(u *Unit, text []byte) (l lexed) {
	own := typeSections[NameType(u.Name)]
	l.assignments, l.warnings, l.err = Lex(text, func(section string) bool {
		return section == "Unit" || section == "Install" || section != "" && section == own
	})
	return l
}
