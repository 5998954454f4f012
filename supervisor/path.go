package supervisor

import (
	"errors"
	"slices"

	"pintle/units"
)

// pathUnit is the state machine of a path unit (systemd.path(5)).
//
//	dead, failed ──start──► waiting ──path is there, was changed──► running (its unit has been started)
//	                           ▲                                       │
//	                           └──────────────unit is down─────────────┘
//
// PathExists= and its kin ask for a state: as long as it holds, the unit is started anew whenever it is down.
// PathChanged= and PathModified= ask for an event, which is over once the unit has been started for it.
type pathUnit struct {
	inert
	u   *Unit               `handover:"-"`
	cfg *units.PathSettings `handover:"-"`
	sub string
	res string

	existed  []bool // for each spec that asks for an event: whether the path was there when last looked at
	triggers rateLimit
}

// pathHost is what a Host may be besides: it looks after paths. Without it path units cannot be started.
type pathHost interface {
	// Satisfied tells whether what a spec names is there; for DirectoryNotEmpty, whether the directory has an
	// entry that is not hidden.
	Satisfied(units.PathSpec) bool
	// WatchPaths reports PathChanged{unit} whenever one of the paths, or a directory that leads there, may have
	// changed, until UnwatchPaths or the next WatchPaths. What was changed in the way that the spec asks for is
	// named by PathChanged.Path.
	WatchPaths(unit string, specs []units.PathSpec) error
	UnwatchPaths(unit string)
	// MakeDirectory makes a directory and those that lead to it (MakeDirectory=).
	MakeDirectory(path string, mode units.FileMode) error
}

func newPathUnit(u *Unit) kind {
	return &pathUnit{u: u, cfg: u.Path, sub: "dead", res: "success"}
}

func (p *pathUnit) state() (ActiveState, string) {
	return ActiveState(units.ActiveOf("path", p.sub, false)), p.sub
}

func (p *pathUnit) result() string { return p.res }

// reconfigure watches what the files name now, unless that is what it has been watching.
func (p *pathUnit) reconfigure() {
	before := p.cfg
	p.cfg = p.u.Path
	if slices.Equal(before.Specs, p.cfg.Specs) {
		return
	}
	if p.sub == "waiting" || p.sub == "running" {
		p.existed = make([]bool, len(p.cfg.Specs))
		p.wait(true, false)
	}
}

// resume watches once more. A path that came or went meanwhile counts; the host sees to it that what else happened to
// it does, too.
func (p *pathUnit) resume() {
	switch {
	case p.sub == "waiting", p.sub == "running" && p.target().job == nil:
		p.wait(false, false)
	case p.sub == "running":
		p.watch()
	}
}

func (p *pathUnit) enter(sub string) {
	if sub != "waiting" && sub != "running" {
		if h, ok := p.u.host().(pathHost); ok {
			h.UnwatchPaths(p.u.Name)
		}
	}
	if p.sub != sub {
		p.sub = sub
		p.u.changed()
	}
}

func (p *pathUnit) down(result string) {
	if p.res == "success" {
		p.res = result
	}
	if p.res == "success" {
		p.enter("dead")
		return
	}
	p.u.log(LevelWarning, "Failed with result '%s'.", p.res)
	p.enter("failed")
}

// target is the unit that the path starts, or nil.
func (p *pathUnit) target() *Unit {
	for other := range p.u.each(triggers) {
		return other
	}
	return nil
}

func (p *pathUnit) start() error {
	h, ok := p.u.host().(pathHost)
	if !ok {
		return errUnsupported
	}
	if target := p.target(); target == nil || !target.loaded() {
		return errors.New("cannot wait, as there is no unit to start")
	}
	if !p.u.testStartLimit() {
		p.down("start-limit-hit")
		return errStartLimit
	}
	for _, spec := range p.cfg.Specs {
		if !p.cfg.MakeDirectory || spec.Kind == "PathExists" || spec.Kind == "PathExistsGlob" {
			continue
		}
		if err := h.MakeDirectory(spec.Path, p.cfg.DirectoryMode); err != nil {
			p.u.log(LevelWarning, "going on without the directory: %v", err)
		}
	}
	p.res = "success"
	p.existed = make([]bool, len(p.cfg.Specs))
	p.wait(true, false)
	return nil
}

func (p *pathUnit) stop() error {
	p.down("success")
	return nil
}

func (p *pathUnit) resetFailed() {
	p.res = "success"
	if p.sub == "failed" {
		p.enter("dead")
	}
}

// wait looks whether there is a reason to start the unit, and waits for one if there is not. What is there at
// the start, or was changed while the unit ran, is no event.
func (p *pathUnit) wait(first, unitChanged bool) {
	if !p.target().active.down() {
		p.watch()
		p.enter("running")
		return
	}
	if path, good := p.look(first, unitChanged); good {
		p.trigger(path)
		return
	}
	if !p.watch() {
		return
	}
	// It may have happened between the look and the watch.
	if path, good := p.look(false, unitChanged); good {
		p.trigger(path)
		return
	}
	p.enter("waiting")
}

func (p *pathUnit) watch() bool {
	if err := p.u.host().(pathHost).WatchPaths(p.u.Name, p.cfg.Specs); err != nil {
		p.u.log(LevelWarning, "%v", err)
		p.down("resources")
		return false
	}
	return true
}

// look finds a path that is a reason to start the unit.
func (p *pathUnit) look(first, unitChanged bool) (path string, good bool) {
	h := p.u.host().(pathHost)
	for i, spec := range p.cfg.Specs {
		there := h.Satisfied(spec)
		if isEvent(spec) {
			before := p.existed[i]
			p.existed[i] = there
			there = there != before && !first && !unitChanged
		}
		if there && !good {
			path, good = spec.Path, true
		}
	}
	return path, good
}

func isEvent(spec units.PathSpec) bool {
	return spec.Kind == "PathChanged" || spec.Kind == "PathModified"
}

// trigger starts the unit, for a path.
func (p *pathUnit) trigger(path string) {
	if p.u.stopPending() || p.u.m.ending != nil {
		return
	}
	if !p.triggers.allow(p.u.now().Monotonic, p.cfg.TriggerLimitIntervalSec, p.cfg.TriggerLimitBurst) {
		p.u.log(LevelWarning, "Trigger limit hit, refusing further activation.")
		p.down("trigger-limit-hit")
		return
	}
	target := p.target()
	env := []string{"TRIGGER_UNIT=" + p.u.Name, "TRIGGER_PATH=" + path}
	if _, err := p.u.m.enqueue(JobStart, target, units.ModeReplace, env); err != nil {
		p.u.log(LevelWarning, "cannot start %s: %v", target.Name, err)
		p.down("resources")
		return
	}
	p.enter("running")
}

func (p *pathUnit) event(e Event) {
	c, ok := e.(PathChanged)
	if !ok || p.sub != "waiting" && p.sub != "running" {
		return
	}
	if c.Path != "" {
		p.trigger(c.Path)
		if p.sub == "running" {
			p.watch() // what leads there may have changed, too
		}
		return
	}
	p.wait(false, false)
}

// triggered: the unit has changed. One that was started too often ends the waiting, as there is no use in it.
func (p *pathUnit) triggered(target *Unit) {
	switch {
	case !target.loaded() || p.sub != "waiting" && p.sub != "running":
	case target.limitHit:
		p.down("unit-start-limit-hit")
	case target.job != nil || target.willRestart():
	case target.active.down() == (p.sub == "running"):
		p.wait(false, true)
	}
}
