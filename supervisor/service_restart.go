package supervisor

import (
	"math"

	"pintle/units"
)

// shallRestart decides, once the service has gone, whether it comes back by itself (systemd.service(5),
// Restart=, with the table of exit causes there).
func (s *service) shallRestart() bool {
	if s.forbidRestart || s.u.stopPending() {
		return false
	}
	if s.mainStat.in(&s.cfg.RestartPreventExitStatus) {
		return false
	}
	if s.mainStat.in(&s.cfg.RestartForceExitStatus) {
		return true
	}
	if s.res == ResultExecCondition {
		return false
	}
	switch s.cfg.Restart {
	case units.RestartAlways:
		return true
	case units.RestartOnSuccess:
		return s.res == ResultSuccess
	case units.RestartOnFailure:
		return s.res != ResultSuccess
	case units.RestartOnAbnormal:
		return s.res != ResultSuccess && s.res != ResultExitCode
	case units.RestartOnWatchdog:
		return s.res == ResultWatchdog
	case units.RestartOnAbort:
		return s.res == ResultSignal || s.res == ResultCoreDump
	}
	return false
}

// restartDelay is the time until the next automatic restart: RestartSec=, growing geometrically to
// RestartMaxDelaySec= in RestartSteps= steps.
func (s *service) restartDelay() units.Usec {
	first, last, steps := s.cfg.RestartSec, s.cfg.RestartMaxDelaySec, s.cfg.RestartSteps
	next := s.nRestarts + 1
	if s.sub == ServiceAutoRestartQueued { // counted already
		next = s.nRestarts
	}
	switch {
	case next <= 1 || steps == 0 || last == 0 || last == units.Infinity || first >= last:
		return first
	case next > steps:
		return last
	}
	ratio := float64(last) / float64(max(first, 1))
	return units.Usec(math.Round(float64(max(first, 1)) * math.Pow(ratio, float64(next-1)/float64(steps))))
}

// giveUpRestart ends the hold-off because a stop was asked for.
func (s *service) giveUpRestart() {
	s.returning, s.flushRestarts = false, true
	s.releaseStore()
	s.disconnect()
	s.enter(s.deadState())
}

// jobDropped: a job has ended that was not done. If it was that of an automatic restart (what the service
// requires has failed, say), there will be none: the service is as down as its last run left it. With a stop in
// its place that will say so.
func (s *service) jobDropped() {
	if s.sub != ServiceAutoRestartQueued || s.u.startPending() || s.u.stopPending() {
		return
	}
	failed := !s.succeeded()
	s.returning, s.flushRestarts = false, true
	s.releaseStore()
	s.disconnect()
	if failed {
		s.enter(ServiceFailed)
	} else {
		s.enter(s.deadState())
	}
}

// enterRestart asks for the start job of an automatic restart. Whatever is bound to the service restarts
// with it.
func (s *service) enterRestart() {
	if s.u.stopPending() {
		// Not to wait for that job: were it cancelled, nothing would ever end the hold-off.
		s.giveUpRestart()
		return
	}
	// The state comes first: the start job finds a service that it may start.
	s.nRestarts++
	s.enter(ServiceAutoRestartQueued)
	if err := s.u.enqueue(JobStart, units.ModeRestartDependencies); err != nil {
		s.u.log(LevelWarning, "cannot schedule the restart: %v", err)
		s.enterDead(ResultResources, false)
		return
	}
	if j := s.u.job; j != nil && j.Type == JobStart && j.State == JobRunning {
		// With RestartMode=direct the start job of the failed attempt is still at it. It begins again.
		j.State, j.started = JobWaiting, 0
		s.u.m.armJob(j)
		s.u.m.queueJob(j)
	}
	s.u.log(LevelInfo, "Scheduled restart job, restart counter is at %d.", s.nRestarts)
}
