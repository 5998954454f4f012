package supervisor

import (
	"errors"
	"fmt"
	"syscall"

	"pintle/units"
)

// What a kind answers when it cannot do at once what a job asks for.
var (
	errAlready     = errors.New("already so")               // there is nothing to do: the job is done
	errAgain       = errors.New("not now")                  // the job waits for the unit's next change of state
	errStartLimit  = errors.New("start limit hit")          // started too often: the job fails
	errUnsupported = errors.New("unit type not supported")  // the job ends as unsupported
	errInapplic    = errors.New("job type not applicable")  // the job is skipped
	errCondition   = errors.New("condition not met")        // the job is done, the unit stays down
	errAssert      = errors.New("assertion failed")         // the job ends with result assert
	errInvalid     = errors.New("unit cannot be started")   // the job ends as invalid
	errDependency  = errors.New("bound unit is not active") // the job ends with result dependency
)

// Error is a refused request, with the name that org.freedesktop.systemd1 gives to it on the bus and that
// systemctl derives its exit status from.
type Error struct {
	Name    string // D-Bus error name
	Unit    string // the unit that is at fault
	Message string
}

func (e *Error) Error() string { return e.Message }

// The D-Bus error names (org.freedesktop.systemd1(5), and bus-common-errors of systemd).
const (
	ErrNoSuchUnit               = "org.freedesktop.systemd1.NoSuchUnit"
	ErrNoSuchProcess            = "org.freedesktop.systemd1.NoSuchProcess"
	ErrNoSuchJob                = "org.freedesktop.systemd1.NoSuchJob"
	ErrUnitMasked               = "org.freedesktop.systemd1.UnitMasked"
	ErrBadUnitSetting           = "org.freedesktop.systemd1.BadUnitSetting"
	ErrLoadFailed               = "org.freedesktop.systemd1.LoadFailed"
	ErrJobTypeNotApplicable     = "org.freedesktop.systemd1.JobTypeNotApplicable"
	ErrNoIsolation              = "org.freedesktop.systemd1.NoIsolation"
	ErrOnlyByDependency         = "org.freedesktop.systemd1.OnlyByDependency"
	ErrTransactionIsDestructive = "org.freedesktop.systemd1.TransactionIsDestructive"
	ErrTransactionOrderIsCyclic = "org.freedesktop.systemd1.TransactionOrderIsCyclic"
	ErrTransactionJobsConflict  = "org.freedesktop.systemd1.TransactionJobsConflicting"
	ErrShuttingDown             = "org.freedesktop.systemd1.ShuttingDown"
	ErrInvalidArgs              = "org.freedesktop.DBus.Error.InvalidArgs"
	ErrUnitInactive             = "org.freedesktop.systemd1.UnitInactive"
	ErrNotSupported             = "org.freedesktop.DBus.Error.NotSupported"
	ErrAccessDenied             = "org.freedesktop.DBus.Error.AccessDenied"
	ErrNotReferenced            = "org.freedesktop.systemd1.NotReferenced"
	ErrNotSubscribed            = "org.freedesktop.systemd1.NotSubscribed"
)

// LoadProblem is why a client cannot do anything with the unit, or nil.
func (u *Unit) LoadProblem() error {
	if e := loadProblem(u.Unit); e != nil {
		return e
	}
	return nil
}

func refuse(name, unit, format string, args ...any) *Error {
	return &Error{Name: name, Unit: unit, Message: fmt.Sprintf(format, args...)}
}

// loadProblem is why no job but a stop may be queued for a unit, or nil.
func loadProblem(u *units.Unit) *Error {
	switch u.State {
	case units.NotFound, units.Stub:
		return refuse(ErrNoSuchUnit, u.Name, "Unit %s not found.", u.Name)
	case units.Masked:
		return refuse(ErrUnitMasked, u.Name, "Unit %s is masked.", u.Name)
	case units.BadSetting:
		return refuse(ErrBadUnitSetting, u.Name, "Unit %s has a bad unit file setting.", u.Name)
	case units.LoadError:
		const text = "Unit %s failed to load properly, please adjust/correct and reload service manager: %v"
		var errno syscall.Errno // the whole story is in the unit's problems, which were logged
		if errors.As(u.Err, &errno) {
			return refuse(ErrnoName(errno), u.Name, text, u.Name, ErrnoText(errno))
		}
		return refuse(ErrLoadFailed, u.Name, text, u.Name, u.Err)
	}
	return nil
}

// isInapplicable tells whether a request failed only because the unit does not know jobs of that type.
func isInapplicable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Name == ErrJobTypeNotApplicable
}
