package units

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// source is the main file of a unit, read but not applied yet.
type source struct {
	path  string
	stamp stamp // of the file
	err   error // why there is no text
	lexed lexed
	ready chan struct{} // closed once the fields above are set
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
		g.read(queued, sources)
		return
	}
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(queued)) {
		go func() {
			for {
				to := int(next.Add(readTogether))
				from := to - readTogether
				if from >= len(queued) {
					return
				}
				to = min(to, len(queued))
				g.read(queued[from:to], sources[from:to])
			}
		}()
	}
}

// readTogether is how many files are read in one go: more than one, see lexAll, and few enough that whoever waits
// for the first does not wait for long.
const readTogether = 6

// read reads the main files of units. It may run beside the loading of other units, and uses of the graph what
// does not change meanwhile: the options, the transient texts and the index of files.
func (g *Graph) read(queued []*Unit, sources []source) {
	failed := g.readAll(queued, sources)
	if failed != nil && len(queued) > 1 {
		for i := range queued {
			g.read(queued[i:i+1], sources[i:i+1])
		}
		return
	}
	for i := range sources {
		if failed != nil {
			sources[i].err = failed
		}
		close(sources[i].ready)
	}
}

// readAll reads files in one go. No file may end the program, whatever it does to its reader; the error is that
// one of these would have.
func (g *Graph) readAll(queued []*Unit, sources []source) (failed error) {
	defer func() {
		if p := recover(); p != nil {
			failed = fmt.Errorf("cannot read the file of %s: %v", queued[0].Name, p)
		}
	}()
	texts := make([]lexText, len(queued))
	for i, u := range queued {
		texts[i].known = sectionsOf(u)
		texts[i].text, sources[i].path, sources[i].stamp, sources[i].err = g.fragmentText(u.Name)
	}
	for i, l := range lexAll(texts) {
		sources[i].lexed = l
	}
	return nil
}

// sectionsOf tells which sections count in the files of a unit.
func sectionsOf(u *Unit) func(section string) bool {
	own := typeSections[NameType(u.Name)]
	return func(section string) bool {
		return section == "Unit" || section == "Install" || section != "" && section == own
	}
}
