package units

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// source is the main file of a unit, read but not applied yet.
type source struct {
	path  string
	err   error // why there is no text
	lexed lexed
}

// lexed is what Lex makes of a text.
type lexed struct {
	assignments []Assignment
	warnings    []Warning
	err         error
}

// readAhead reads the main files of all queued units, on as many processors as there are: a target queues
// what it pulls in all at once, and until the files are read PID 1 starts nothing. What the files mean is
// found out one by one afterwards, for it depends on what is loaded already.
func (g *Graph) readAhead() {
	sources := make([]source, len(g.queue))
	var next atomic.Int64
	read := func() {
		for i := next.Add(1) - 1; i < int64(len(g.queue)); i = next.Add(1) - 1 {
			sources[i] = g.source(g.queue[i])
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(g.queue)) - 1 {
		others.Go(read)
	}
	read()
	others.Wait()
	if g.ahead == nil {
		g.ahead = make(map[*Unit]source, len(sources))
	}
	for i, u := range g.queue {
		g.ahead[u] = sources[i]
	}
}

func (g *Graph) source(u *Unit) (src source) {
	var text []byte
	if text, src.path, src.err = g.fragmentText(u.Name); src.err == nil {
		src.lexed = lexFor(u, text)
	}
	return src
}

// lexFor reads a text with the sections that a unit may have.
func lexFor(u *Unit, text []byte) (l lexed) {
	own := typeSections[NameType(u.Name)]
	l.assignments, l.warnings, l.err = Lex(text, func(section string) bool {
		return section == "Unit" || section == "Install" || section != "" && section == own
	})
	return l
}
