package supervisor

import "pintle/units"

// cause is what makes a service take its next step.
type cause int

// The causes.
const (
	askedToStop   cause = iota // a stop job runs
	mainExited                 // the main process has ended, and ExecStart= has no further command
	controlExited              // the control process has ended, and its list has no further command
	emptied                    // no process of the unit is left
	timedOut                   // the state's time is up
	becameReady                // READY=1, the execve of Type=exec, the bus name of Type=dbus
	isStopping                 // STOPPING=1
	isReloading                // RELOADING=1
	lostBusName                // the bus name of Type=dbus has gone
	wrotePIDFile               // PIDFile= names a main process at last
	watchdogBit                // no WATCHDOG=1 in time, or WATCHDOG=trigger
)

// step is the whole state machine: what the service does in each state about each thing that may happen.
// r is how the process ended that caused the step, else success. What a state does not mention it ignores.
func (s *service) step(c cause, r Result) {
	switch s.sub {
	case ServiceCondition, ServiceStartPre:
		switch {
		case c == askedToStop:
			s.enterSignal(ServiceStopSigterm, ResultSuccess)
		case c == timedOut:
			s.startTimedOut()
		case c == controlExited && r != ResultSuccess:
			s.enterSignal(ServiceStopSigterm, r)
		case c == controlExited && s.sub == ServiceCondition:
			s.enterStartPre()
		case c == controlExited:
			s.enterStart()
		}

	case ServiceStart:
		switch c {
		case askedToStop:
			s.enterSignal(ServiceStopSigterm, ResultSuccess)
		case timedOut:
			s.startTimedOut()
		case watchdogBit:
			s.enterSignal(ServiceStopWatchdog, ResultWatchdog)
		case becameReady:
			s.enterStartPost()
		case wrotePIDFile:
			s.enterRunning(ResultSuccess)
		case controlExited:
			s.forked(r)
		case mainExited:
			s.mainExitedInStart(r)
		case emptied:
			switch {
			case s.notifies() && s.mainState() == mainGone && s.control == 0:
				s.enterStopPost(ResultProtocol) // nobody is left who could say READY=1
			case s.cfg.ExitType == units.ExitCgroup && s.mainState() != mainAlive && s.control == 0:
				s.enterStartPost()
			case s.cfg.PIDFile != "" && s.mainState() != mainAlive && s.control == 0:
				s.enterStopPost(ResultProtocol) // nobody is left who could write the PID file
			}
		}

	case ServiceStartPost:
		switch c {
		case askedToStop:
			s.enterSignal(ServiceStopSigterm, ResultSuccess)
		case timedOut:
			s.startTimedOut()
		case watchdogBit:
			s.enterSignal(ServiceStopWatchdog, ResultWatchdog)
		case wrotePIDFile:
			s.enterRunning(ResultSuccess)
		case mainExited:
			if s.control == 0 {
				s.enterStop(r)
			}
		case controlExited:
			s.startPostExited(r)
		case emptied:
			if s.cfg.PIDFile != "" && s.mainState() != mainAlive && s.control == 0 {
				s.enterStop(ResultProtocol)
			}
		}

	case ServiceRunning:
		switch c {
		case askedToStop:
			s.enterStop(ResultSuccess)
		case timedOut: // RuntimeMaxSec=
			s.enterStop(ResultTimeout)
		case watchdogBit:
			s.enterSignal(ServiceStopWatchdog, ResultWatchdog)
		case mainExited, emptied, lostBusName:
			s.enterRunning(r)
		case isStopping:
			s.enterStopByNotify()
		case isReloading:
			s.enterReloadByNotify()
		}

	case ServiceExited:
		if c == askedToStop {
			s.enterStop(ResultSuccess)
		}

	case ServiceReload, ServiceReloadSignal, ServiceReloadNotify:
		switch c {
		case askedToStop:
			s.killControl()
			s.enterStop(ResultSuccess)
		case timedOut:
			s.killControl()
			s.reloadRes = ResultTimeout
			s.notify.phase = phaseNone // it has not kept its word
			s.enterRunning(ResultSuccess)
		case watchdogBit:
			s.enterSignal(ServiceStopWatchdog, ResultWatchdog)
		case mainExited:
			if s.control == 0 {
				s.enterStop(r)
			}
		case emptied:
			if s.control == 0 {
				s.enterRunning(ResultSuccess)
			}
		case controlExited:
			s.reloadExited(r)
		case isReloading:
			if s.sub == ServiceReloadSignal {
				s.enter(ServiceReloadNotify)
			}
		case isStopping:
			if s.control == 0 { // else when ExecReload= has ended
				s.enterStopByNotify()
			}
		case becameReady:
			s.enterRunning(ResultSuccess)
		}

	case ServiceStop:
		switch {
		case c == controlExited:
			s.enterSignal(ServiceStopSigterm, r)
		case c == timedOut:
			s.stopTimedOut(ServiceStopSigterm, ServiceStopWatchdog, ServiceStopSigkill)
		}

	case ServiceStopWatchdog, ServiceStopSigterm, ServiceStopSigkill:
		switch c {
		case mainExited, controlExited, emptied:
			if s.control == 0 && s.mainState() != mainAlive && (c != emptied || s.gone()) {
				s.enterStopPost(r)
			}
		case timedOut:
			switch {
			case s.gone():
				s.enterStopPost(ResultSuccess)
			case s.sub == ServiceStopSigterm && s.cfg.TimeoutStopFailureMode == units.TimeoutAbort:
				s.enterSignal(ServiceStopWatchdog, ResultTimeout)
			case s.sub != ServiceStopSigkill && s.u.Kill.SendSIGKILL:
				s.enterSignal(ServiceStopSigkill, ResultTimeout)
			default: // what survives SIGKILL cannot be helped
				s.enterStopPost(ResultTimeout)
			}
		}

	case ServiceStopPost:
		switch c {
		case mainExited, controlExited:
			if s.control == 0 && s.mainState() != mainAlive {
				s.enterSignal(ServiceFinalSigterm, r)
			}
		case timedOut:
			s.stopTimedOut(ServiceFinalSigterm, ServiceFinalWatchdog, ServiceFinalSigkill)
		}

	case ServiceFinalWatchdog, ServiceFinalSigterm, ServiceFinalSigkill:
		switch c {
		case mainExited, controlExited, emptied:
			s.fail(r)
			switch {
			case s.control != 0 || s.mainState() == mainAlive:
			case s.gone():
				s.enterDead(r, true)
			case s.u.Kill.KillMode == units.KillMixed && s.sub != ServiceFinalSigkill && s.u.Kill.SendSIGKILL:
				s.enterSignal(ServiceFinalSigkill, r) // the main process has gone: now the rest
			}
		case timedOut:
			switch {
			case s.gone():
				s.enterDead(ResultSuccess, true)
			case s.sub == ServiceFinalSigterm && s.cfg.TimeoutStopFailureMode == units.TimeoutAbort:
				s.enterSignal(ServiceFinalWatchdog, ResultTimeout)
			case s.sub != ServiceFinalSigkill && s.u.Kill.SendSIGKILL:
				s.enterSignal(ServiceFinalSigkill, ResultTimeout)
			default:
				s.u.log(LevelError, "Processes still around after the final signal. Giving up on them.")
				s.enterDead(ResultTimeout, s.sub == ServiceFinalSigkill)
			}
		}

	case ServiceCleaning:
		if c == timedOut {
			s.u.log(LevelWarning, "Cleaning timed out.")
			s.cleaned(ResultTimeout)
		}

	case ServiceAutoRestart, ServiceAutoRestartQueued:
		switch {
		case c == askedToStop:
			s.giveUpRestart()
		case c == timedOut && s.sub == ServiceAutoRestart:
			s.enterRestart()
		}
	}
}
