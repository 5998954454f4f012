package pid1

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"pintle/supervisor"
	"pintle/units"
)

// ownPID stands in an environment for the pid that the process will have. It cannot come from a unit file,
// whose values hold no control characters.
const ownPID = "\x02\x10pid\x03"

// environment puts together a process's environment (systemd.exec(5), "Environment"): of two assignments of a
// name the later one holds. The order is that of reference/semantics.md, 13.
func (s *Spawner) environment(sp *supervisor.Spawn, p *process) ([]string, error) {
	x := sp.Unit.Exec
	env := make([]string, 0, len(s.env)+len(sp.Env)+len(x.Environment)+16)
	env = append(env, s.env...)
	env = units.MergeEnv(env, sp.Env...)

	own := p.vars
	if sp.InvocationID != "" {
		own = append(own, "INVOCATION_ID="+sp.InvocationID)
	}
	own = append(own, "SYSTEMD_EXEC_PID="+ownPID)
	if sp.Notify && s.cfg.NotifyPath != "" {
		own = append(own, "NOTIFY_SOCKET="+s.cfg.NotifyPath)
	}
	if len(p.listenNames) > 0 {
		own = append(own, "LISTEN_PID="+ownPID, "LISTEN_FDS="+strconv.Itoa(len(p.listenNames)),
			"LISTEN_FDNAMES="+strings.Join(p.listenNames, ":"))
	}
	if sp.Watchdog > 0 && sp.Watchdog != units.Infinity {
		own = append(own, "WATCHDOG_PID="+ownPID, "WATCHDOG_USEC="+strconv.FormatUint(uint64(sp.Watchdog), 10))
	}
	env = units.MergeEnv(env, own...)

	if len(x.ExecSearchPath) > 0 {
		env = units.MergeEnv(env, "PATH="+strings.Join(x.ExecSearchPath, ":"))
	}
	for _, name := range x.PassEnvironment {
		for _, e := range s.pass {
			if strings.HasPrefix(e, name) && strings.HasPrefix(e[len(name):], "=") {
				env = units.MergeEnv(env, e)
			}
		}
	}
	env = units.MergeEnv(env, x.Environment...)
	for _, file := range x.EnvironmentFile {
		more, err := readEnvironmentFiles(s.cfg.Root, file)
		if err != nil {
			return nil, err
		}
		env = units.MergeEnv(env, more...)
	}
	if len(x.UnsetEnvironment) > 0 {
		env = units.UnsetEnv(env, x.UnsetEnvironment)
	}
	return env, nil
}

// maxEnvironmentFile bounds what one environment file may hold.
const maxEnvironmentFile = 8 << 20

// readEnvironmentFiles reads what one EnvironmentFile= entry names, which may be a pattern.
func readEnvironmentFiles(root string, file units.EnvironmentFile) ([]string, error) {
	paths := []string{root + file.Path}
	if strings.ContainsAny(file.Path, "*?[") {
		found, err := filepath.Glob(root + file.Path)
		if (err != nil || len(found) == 0) && !file.Optional {
			return nil, fmt.Errorf("cannot read EnvironmentFile=%s: no file matches", file.Path)
		}
		paths = found
	}
	var env []string
	for _, path := range paths {
		more, err := readEnvironmentFile(path)
		if err != nil && !file.Optional {
			return nil, fmt.Errorf("cannot read EnvironmentFile=%s: %w", file.Path, err)
		}
		if err == nil {
			env = units.MergeEnv(env, more...)
		}
	}
	return env, nil
}

func readEnvironmentFile(path string) ([]string, error) {
	// A FIFO or device must not stop PID 1.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && path != os.DevNull {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	if info.Size() > maxEnvironmentFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxEnvironmentFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return units.ParseEnvironmentFile(data)
}
