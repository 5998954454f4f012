package pid1

import (
	"runtime"

	"pintle/supervisor"
	"pintle/units"
	"pintle/units/install"
)

// readUnits begins to read the unit files of the boot, while other things are made ready.
func (p *PID1) readUnits() <-chan *units.Graph {
	read := make(chan *units.Graph, 1)
	go func() {
		g := p.newGraph()
		// What a file does to the reader must not end PID 1; the manager meets it again, under its guard.
		defer func() {
			if recover() != nil {
				g = p.newGraph()
			}
			read <- g
		}()
		g.Load(p.config.Boot.Unit)
	}()
	runtime.Gosched() // now: nothing starts before the units are read, and what is still to be done here takes less long
	return read
}

// load makes the manager, for the units that have been read.
func (p *PID1) load(read <-chan *units.Graph) {
	if p.makeSpawner() {
		p.use(<-read)
		p.setEnvironment()
		p.newManager()
	}
}

// makeSpawner makes what starts processes and knows whose they are; false if that is not possible.
func (p *PID1) makeSpawner() bool {
	p.tracker = NewTracker()
	notify := ""
	if p.notify != nil {
		notify = p.notify.path
	}
	var err error
	p.spawner, err = NewSpawner(SpawnerConfig{
		NamelessUser: p.systemd.Version < 256, NotifyPath: notify,
		Output: p.openOutput, JournalStream: p.init, Report: p.post, Log: p.Log, Go: p.do, Tracker: p.tracker,
	})
	if err != nil {
		p.logf(supervisor.LevelError, "%v", err)
	}
	return err == nil
}

// newManager makes a manager without units.
func (p *PID1) newManager() {
	budget := p.config.Stop.Budget
	if budget == units.Infinity {
		budget = 0
	}
	p.manager = supervisor.New(p, p.resolver(), supervisor.Config{Vital: p.config.Boot.Vital, StopBudget: budget - budget/leftoverShare,
		Systemd: p.systemd.Version})
	p.control.server.Use(p.manager)
}

func (p *PID1) newGraph() *units.Graph {
	return units.NewGraph(units.Options{Path: unitPath(), Host: units.SystemHost{}, SystemConf: true, Systemd: p.systemd.Version})
}

// unitFiles are the unit files of the container, as they are installed.
func unitFiles() *install.Files {
	return &install.Files{Host: units.SystemHost{}, Provided: install.Builtin}
}

// use makes a graph the one that the manager loads from.
func (p *PID1) use(g *units.Graph) {
	p.graph = g
	for _, problem := range g.Problems() {
		p.logf(supervisor.LevelWarning, "%s", problem)
	}
}

// resolver is the graph for the manager; what is wrong in a unit's files is said when the unit is loaded.
func (p *PID1) resolver() units.Resolver {
	return &sayingGraph{Graph: p.graph, View: unitFiles().View(), said: map[*units.Unit]bool{}, say: p.boots(supervisor.LevelWarning)}
}

type sayingGraph struct {
	*units.Graph
	*install.View
	said map[*units.Unit]bool
	say  func(format string, args ...any)
}

func (g *sayingGraph) Load(name string) *units.Unit {
	u := g.Graph.Load(name)
	if len(u.Problems) > 0 && !g.said[u] {
		g.said[u] = true
		for _, problem := range u.Problems {
			g.say("%s", problem)
		}
	}
	return u
}

// Unload forgets a unit.
func (g *sayingGraph) Unload(name string) {
	delete(g.said, g.Graph.Get(name))
	g.Graph.Unload(name)
}
