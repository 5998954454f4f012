package units

import (
	"fmt"
	"slices"
)

// verify tells what makes a unit's settings unfit to be run as a whole, nil for nothing.
func verify(u *Unit) error {
	switch {
	case u.Provided != "":
		return nil
	case u.Service != nil:
		return u.verifyService()
	case u.Socket != nil:
		if len(u.Socket.Listens) == 0 {
			return u.refuse("has no Listen…= setting")
		}
		if u.Socket.Accept && u.Socket.Service != "" {
			return u.refuse("has Service=, which Accept=yes does not allow")
		}
	case u.Timer != nil:
		if len(u.Timer.Triggers) == 0 && !u.Timer.OnClockChange && !u.Timer.OnTimezoneChange {
			return u.refuse("has no On…= setting")
		}
	case u.Path != nil:
		if len(u.Path.Specs) == 0 {
			return u.refuse("has no path setting")
		}
	case u.Mount != nil:
		return u.verifyMount(u.Mount.Where)
	case u.Automount != nil:
		return u.verifyMount(u.Automount.Where)
	case u.Swap != nil:
		if u.Swap.What == "" {
			return u.refuse("has no What= setting")
		}
	}
	if u.OnFailureJobMode == ModeIsolate && len(u.OnFailure) > 1 {
		return u.refuse("has more than one unit in OnFailure= to isolate")
	}
	return nil
}

func (u *Unit) refuse(why string) error { return fmt.Errorf("cannot run %s: it %s", u.Name, why) }

func (u *Unit) verifyMount(where string) error {
	if p, err := PathFromName(u.Name); err != nil || p != where {
		return u.refuse("has a Where= that its name does not agree with")
	}
	if u.Mount != nil && u.Mount.What == "" {
		return u.refuse("has no What= setting")
	}
	return nil
}

func (u *Unit) verifyService() error {
	s := u.Service
	acts := u.SuccessAction != "" && u.SuccessAction != "none"
	switch {
	case len(s.ExecStart) == 0 && len(s.ExecStop) == 0 && !acts:
		return u.refuse("has no ExecStart=, ExecStop= or SuccessAction= setting")
	case len(s.ExecStart) == 0 && s.Type != TypeOneshot:
		return u.refuse("has no ExecStart=, which only Type=oneshot may lack")
	case len(s.ExecStart) == 0 && !s.RemainAfterExit && !acts:
		return u.refuse("has neither ExecStart= nor RemainAfterExit=yes")
	case len(s.ExecStart) > 1 && s.Type != TypeOneshot:
		return u.refuse("has more than one ExecStart=, which only Type=oneshot may have")
	case s.Type == TypeOneshot && (s.Restart == RestartAlways || s.Restart == RestartOnSuccess):
		return u.refuse("has Restart=" + string(s.Restart) + ", which Type=oneshot does not allow")
	case s.Type == TypeOneshot && s.ExitType == ExitCgroup:
		return u.refuse("has ExitType=cgroup, which Type=oneshot does not allow")
	case s.Type == TypeDBus && s.BusName == "":
		return u.refuse("is of Type=dbus and has no BusName=")
	case s.RestartMaxDelaySec < s.RestartSec && s.RestartSteps > 0:
		return u.clampRestart()
	}
	if u.Exec.PAMName != "" && !slices.Contains([]KillMode{KillControlGroup, KillMixed}, u.Kill.KillMode) {
		return u.refuse("has PAMName=, which needs KillMode=control-group or mixed")
	}
	return nil
}

// clampRestart drops delays that would grow downwards.
func (u *Unit) clampRestart() error {
	u.Service.RestartSec = u.Service.RestartMaxDelaySec
	u.Problems = append(u.Problems, Problem{File: u.Fragment, Text: "RestartMaxDelaySec= is less than RestartSec=, which is lowered to it"})
	return nil
}
