package bus

import (
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
)

// managerUnits are the methods of the manager's object that do something to a unit other than jobs.
func managerUnits() []Method {
	held, sound := (*Call).held, (*Call).sound
	return []Method{
		{Name: "KillUnit", In: "ssi", Args: "name whom signal", Privileged: true, Do: named(held, kill)},
		{Name: "QueueSignalUnit", In: "ssii", Args: "name whom signal value", Privileged: true, Do: named(held, kill)},
		{Name: "CleanUnit", In: "sas", Args: "name mask", Privileged: true, Do: named(sound, cleanUnit)},
		{Name: "FreezeUnit", In: "s", Args: "name", Privileged: true, Do: named(held, freeze)},
		{Name: "ThawUnit", In: "s", Args: "name", Privileged: true, Do: named(held, thaw)},
		{Name: "ResetFailedUnit", In: "s", Args: "name", Privileged: true, Do: named(held, resetFailed)},
		{Name: "ResetFailed", Privileged: true, Do: func(c *Call) ([]any, error) { return nil, c.Manager().ResetFailed("") }},
		{Name: "SetUnitProperties", In: "sba(sv)", Args: "name runtime properties", Privileged: true, Do: named(sound, setProperties)},
		{Name: "BindMountUnit", In: "sssbb", Args: "name source destination read_only mkdir", Privileged: true, Do: named(held, mount)},
		{Name: "MountImageUnit", In: "sssbba(ss)", Args: "name source destination read_only mkdir options", Privileged: true, Do: named(held, mount)},
		{Name: "RefUnit", In: "s", Args: "name", Privileged: true, Do: named(sound, refUnit)},
		{Name: "UnrefUnit", In: "s", Args: "name", Privileged: true, Do: named(sound, unrefUnit)},
		{Name: "StartTransientUnit", In: "ssa(sv)a(sa(sv))", Out: "o", Args: "name mode properties aux job", Privileged: true, Do: startTransient},
		{Name: "AttachProcessesToUnit", In: "ssau", Args: "unit_name subcgroup pids", Privileged: true, Do: named(held, attach)},
		{Name: "AbandonScope", In: "s", Args: "name", Privileged: true, Do: named(held, abandon)},
	}
}

// unitMethods are the same of a unit's object.
func unitMethods() []Method {
	return []Method{
		{Name: "Kill", In: "si", Args: "whom signal", Privileged: true, Do: kill},
		{Name: "QueueSignal", In: "sii", Args: "whom signal value", Privileged: true, Do: kill},
		{Name: "ResetFailed", Privileged: true, Do: resetFailed},
		{Name: "SetProperties", In: "ba(sv)", Args: "runtime properties", Privileged: true, Do: setProperties},
		{Name: "Ref", Privileged: true, Do: refUnit},
		{Name: "Unref", Privileged: true, Do: unrefUnit},
		{Name: "Clean", In: "as", Args: "mask", Privileged: true, Do: cleanUnit},
		{Name: "Freeze", Privileged: true, Do: freeze},
		{Name: "Thaw", Privileged: true, Do: thaw},
	}
}

// typeMethods are the methods of the interface of a unit type.
func typeMethods(unitType string) (methods []Method) {
	switch unitType {
	case "service":
		methods = append(methods,
			Method{Name: "BindMount", In: "ssbb", Args: "source destination read_only mkdir", Privileged: true, Do: mount},
			Method{Name: "DumpFileDescriptorStore", Out: storedRows, Args: "entries", Do: dumpStore},
			Method{Name: "MountImage", In: "ssbba(ss)", Args: "source destination read_only mkdir options", Privileged: true, Do: mount})
	case "scope":
		methods = append(methods, Method{Name: "Abandon", Privileged: true, Do: abandon})
	case "socket", "mount", "swap", "slice":
	default:
		return nil
	}
	return append(methods,
		Method{Name: "GetProcesses", Out: processRows, Args: "processes", Do: processes},
		Method{Name: "AttachProcesses", In: "sau", Args: "subcgroup pids", Privileged: true, Do: attach})
}

// typeSignals are the signals of the interface of a unit type.
func typeSignals(unitType string) []Signal {
	if unitType == "scope" {
		return []Signal{{Name: "RequestStop"}}
	}
	return nil
}

// kill sends a signal to processes of a unit, with a value if there is one.
func kill(c *Call) ([]any, error) {
	k := supervisor.Kill{Unit: c.Unit.Name, Whom: supervisor.KillWhom(c.Text(0)), Signal: syscall.Signal(c.Args[1].(int32))}
	if len(c.Args) > 2 {
		value := c.Args[2].(int32)
		k.Value = &value
	}
	return nil, c.Manager().Signal(k)
}

func resetFailed(c *Call) ([]any, error) { return nil, c.Manager().ResetFailed(c.Unit.Name) }

func cleanUnit(c *Call) ([]any, error) { return nil, c.Manager().Clean(c.Unit, c.Texts(0)) }

func freeze(c *Call) ([]any, error) { return nil, c.Manager().Freeze(c.Unit) }

func thaw(c *Call) ([]any, error) { return nil, c.Manager().Thaw(c.Unit) }

// mount would change the mounts of a running service. None has mounts of its own here.
func mount(c *Call) ([]any, error) {
	if supervisor.TypeOf(c.Unit.Name) != "service" {
		return nil, Errorf(ErrInvalidArgs, "Unit is not of type .service")
	}
	return nil, Errorf(ErrInvalidArgs, "Unit not running in private mount namespace, cannot activate bind mount")
}

func refUnit(c *Call) ([]any, error) {
	c.Server.ref(c.client(), c.Unit)
	return nil, nil
}

func unrefUnit(c *Call) ([]any, error) {
	if !c.Server.unref(c.client(), c.Unit) {
		return nil, Errorf(supervisor.ErrNotReferenced, "Unit has not been referenced yet.")
	}
	return nil, nil
}

// attach makes processes part of a unit.
func attach(c *Call) ([]any, error) {
	pids, err := c.pids(c.Args[1])
	if err != nil {
		return nil, err
	}
	return nil, c.Manager().Attach(c.Unit, c.Text(0), pids)
}

// pids is an argument of type au; 0 stands for the caller.
func (c *Call) pids(arg any) ([]int, error) {
	list, ok := arg.([]uint32)
	if !ok {
		return nil, unix.ENXIO
	}
	pids := make([]int, 0, len(list))
	for _, pid := range list {
		if pid == 0 {
			pid = uint32(c.Peer.PID)
		}
		pids = append(pids, int(int32(pid)))
	}
	return pids, nil
}

func abandon(c *Call) ([]any, error) { return nil, c.Manager().Abandon(c.Unit) }
