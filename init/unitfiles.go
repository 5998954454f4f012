package pid1

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/supervisor"
	"pintle/units"
)

// placeOf is the directory that unit files of a kind are written to, as a path below a directory of the system's.
func placeOf(place supervisor.FilePlace) (base, path string) {
	if os.Geteuid() != 0 {
		base = filepath.Join(userRuntime(), "systemd")
		if place == supervisor.PlaceTransient {
			return base, "transient"
		}
		return base, "user.control"
	}
	switch place {
	case supervisor.PlaceTransient:
		return "/run/systemd", "transient"
	case supervisor.PlaceRuntime:
		return "/run/systemd", "system.control"
	}
	return "/etc/systemd", "system.control"
}

// unitPath is where unit files are looked for. Wherever $SYSTEMD_UNIT_PATH leads, what clients have made and set is to
// be found again.
func unitPath() []string {
	path := units.SystemPath(os.Getenv)
	for _, place := range []supervisor.FilePlace{supervisor.PlaceTransient, supervisor.PlaceRuntime, supervisor.PlaceControl} {
		base, dir := placeOf(place)
		if dir = filepath.Join(base, dir); filepath.IsAbs(dir) && !slices.Contains(path, dir) {
			path = append([]string{dir}, path...)
		}
	}
	return path
}

// WriteUnitFile writes a unit file or a drop-in.
func (p *PID1) WriteUnitFile(place supervisor.FilePlace, name, text string) (path string, err error) {
	base, dir := placeOf(place)
	dir = filepath.Join(dir, filepath.Dir(name))
	file := filepath.Base(name)
	path = filepath.Join(base, dir, file)
	if err := writeBelow(base, dir, file, text); err != nil {
		return "", fmt.Errorf("cannot write %s: %w", path, err)
	}
	return path, nil
}

// writeBelow writes a file in a directory below base, which is made if it is missing. Nobody ever sees half of it.
func writeBelow(base, dir, name, text string) error {
	fd, _, err := openTree(base, dir)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	temporary := "." + name + ".new"
	if len(temporary) > unix.NAME_MAX {
		temporary = ".new"
	}
	_ = unix.Unlinkat(fd, temporary, 0)
	out, err := unix.Openat(fd, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(out), name)
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = unix.Renameat(fd, temporary, fd, name)
	}
	if err != nil {
		_ = unix.Unlinkat(fd, temporary, 0)
	}
	return err
}

// RemoveUnitFiles removes a unit's file and its drop-ins.
func (p *PID1) RemoveUnitFiles(place supervisor.FilePlace, unit string) {
	base, dir := placeOf(place)
	for _, path := range []string{unit, unit + ".d"} {
		if err := removeBelow(filepath.Join(base, dir), path); err != nil {
			p.Log(supervisor.LevelWarning, unit, fmt.Sprintf("cannot remove %s/%s/%s: %v", base, dir, path, err))
		}
	}
}

// resourceOf is the word of systemctl clean for a directory setting: "state" for StateDirectory.
func resourceOf(d execDirectory) string {
	return strings.ToLower(strings.TrimSuffix(d.setting, "Directory"))
}
