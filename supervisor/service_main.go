package supervisor

import (
	"errors"
	"fmt"

	"pintle/units"
)

// mainProcess is what is known about the main process of a service.
type mainProcess struct {
	pid   int  // 0: none, or none any more
	known bool // false: nobody has said which process it is
	alien bool // somebody else's child: its exit will not be seen
}

// mainState is how the main process stands.
type mainState int

const (
	mainUnknown mainState = iota
	mainAlive
	mainGone
)

func (s *service) mainState() mainState {
	switch {
	case !s.main.known:
		return mainUnknown
	case s.main.pid == 0 || s.main.alien && !s.u.host().Alive(s.main.pid):
		return mainGone
	}
	return mainAlive
}

// setMain makes pid the main process.
func (s *service) setMain(pid int) {
	if s.main.known && s.main.pid == pid {
		return
	}
	s.forgetMain()
	s.main = mainProcess{pid: pid, known: true}
	s.mainStat = ExecStatus{PID: pid, Start: s.u.now()}
	s.u.watch(pid)
}

// adoptMain makes a process that the service has named its main process.
func (s *service) adoptMain(pid int) {
	child := s.u.host().Adopt(s.u.Name, pid)
	s.setMain(pid)
	s.main.alien = !child
}

func (s *service) forgetMain() {
	if s.main.pid != 0 {
		if s.main.pid != s.control {
			s.u.unwatch(s.main.pid)
		}
		s.main.pid = 0
	}
	s.mainIndex = -1
}

func (s *service) forgetControl() {
	if s.control != 0 {
		if s.control != s.main.pid {
			s.u.unwatch(s.control)
		}
		s.control = 0
	}
	s.controlIdx = -1
}

// guessMain takes the only process of the service for its main process. With several there is no telling.
func (s *service) guessMain() {
	if s.main.known || !s.cfg.GuessMainPID {
		return
	}
	only := 0
	for _, pid := range s.u.host().Processes(s.u.Name) {
		if pid == s.control {
			continue
		}
		if only != 0 {
			return
		}
		only = pid
	}
	if only != 0 {
		s.adoptMain(only)
	}
}

// suitable checks a pid that a service claims for its main process: it lives, and is neither PID 1 nor the
// control process. confirmed tells whether it is one of the unit's own.
func (s *service) suitable(pid int) (confirmed bool, err error) {
	switch {
	case pid <= 1:
		return false, fmt.Errorf("process %d cannot be the main process", pid)
	case pid == s.control:
		return false, fmt.Errorf("the control process %d cannot be the main process", pid)
	}
	for _, p := range s.u.host().Processes(s.u.Name) {
		if p == pid {
			return true, nil
		}
	}
	if !s.u.host().Alive(pid) {
		return false, fmt.Errorf("process %d does not exist or is a zombie", pid)
	}
	return false, nil
}

var errNoPIDFile = errors.New("PIDFile= is not set")

// loadPIDFile takes the main process from the PID file; changed tells whether it is a new one.
func (s *service) loadPIDFile() (changed bool, err error) {
	if s.cfg.PIDFile == "" {
		return false, errNoPIDFile
	}
	pid, trusted, err := s.u.host().ReadPIDFile(s.cfg.PIDFile)
	if err != nil {
		return false, err
	}
	if s.main.known && s.main.pid == pid {
		return false, nil
	}
	confirmed, err := s.suitable(pid)
	if err != nil {
		return false, err
	}
	if !confirmed && !trusted {
		return false, fmt.Errorf("process %d does not belong to the service, and the file does not belong to root", pid)
	}
	s.adoptMain(pid)
	return true, nil
}

// awaitPIDFile waits for a PID file that is not there yet, or says nothing useful yet; false if that cannot
// help because nobody is left to write it.
func (s *service) awaitPIDFile(why error) bool {
	if s.empty() {
		s.u.log(LevelWarning, "cannot use PID file %s: %v", s.cfg.PIDFile, why)
		return false
	}
	if err := s.u.host().WatchPath(s.u.Name, s.cfg.PIDFile); err != nil {
		s.u.log(LevelWarning, "cannot watch PID file %s: %v", s.cfg.PIDFile, err)
		return false
	}
	s.pidFile = true
	s.retryPIDFile() // it may have come in between
	return true
}

func (s *service) unwatchPIDFile() {
	if s.pidFile {
		s.pidFile = false
		s.u.host().UnwatchPath(s.u.Name)
	}
}

// retryPIDFile looks again: the file has changed.
func (s *service) retryPIDFile() {
	if !s.pidFile {
		return
	}
	if _, err := s.loadPIDFile(); err == nil {
		s.unwatchPIDFile()
		s.step(wrotePIDFile, ResultSuccess)
	}
}

// notifies tells whether the service says READY=1 when it is up.
func (s *service) notifies() bool {
	return s.cfg.Type == units.TypeNotify || s.cfg.Type == units.TypeNotifyReload
}
