package upgrade

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pintle/firstrun"
)

// The units that do what needs running services. They are made anew at each start that needs them, in /run.
const (
	RuntimeUnits = "/run/systemd/system"
	setupUnit    = "pintle-setup.service"
	afterUnit    = "pintle-upgrade.service"
	failedUnit   = "pintle-upgrade-failed.service"
)

// UnitFile is a file below a directory of units; a symlink if Target is set.
type UnitFile struct {
	Path    string
	Content string
	Target  string
}

// SetupUnits are the units that set a volume up. exe is this binary.
func (c *Config) SetupUnits(exe string) []UnitFile {
	s := &c.Setup
	after := s.After
	if after == nil {
		after = []string{c.Unit}
	}
	fails := "FailureAction=exit\n"
	if s.Keep {
		fails = ""
	}
	text := "[Unit]\nDescription=First-run setup\nDefaultDependencies=no\nAfter=" + strings.Join(after, " ") + "\n"
	run := exe + " firstrun setup"
	var files []UnitFile
	if s.Unit != "" {
		// The unit's own status is what the container ends with.
		text += "Requires=" + s.Unit + "\nAfter=" + s.Unit + "\n"
		run = exe + " firstrun configured"
		// When it runs is its own to say, and the configuration's.
		dropIn := "[Unit]\n" + fails
		if s.After != nil {
			dropIn += "After=" + strings.Join(s.After, " ") + "\n"
		}
		if strings.HasSuffix(s.Unit, ".service") {
			dropIn += "\n[Service]\nEnvironmentFile=-" + firstrun.SetupDir + "/" + firstrun.UnitEnvironment + "\n"
		}
		files = append(files, UnitFile{Path: s.Unit + ".d/50-pintle-setup.conf", Content: dropIn})
	} else {
		text += fails
	}
	text += "\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=" + run + "\n"
	return append(files,
		UnitFile{Path: setupUnit, Content: text},
		UnitFile{Path: c.Unit + ".wants/" + setupUnit, Target: "../" + setupUnit})
}

// AfterUnits are the units that finish an upgrade.
func (c *Config) AfterUnits(exe string) []UnitFile {
	units := strings.Join(c.After, " ")
	files := []UnitFile{
		{Path: afterUnit, Content: "[Unit]\nDescription=Finish the upgrade\nDefaultDependencies=no\nRequires=" + units + "\nAfter=" + units + " " + c.Unit +
			"\n\n[Service]\nType=oneshot\nExecStart=" + exe + " upgrade finish\n"},
		{Path: failedUnit, Content: "[Unit]\nDescription=Give up the upgrade\nDefaultDependencies=no\nFailureAction=exit\n\n[Service]\nType=oneshot\n" +
			fmt.Sprintf("ExecStart=%s upgrade finish --failed\n", exe)},
		{Path: c.Unit + ".wants/" + afterUnit, Target: "../" + afterUnit},
	}
	for _, unit := range c.After {
		files = append(files, UnitFile{Path: unit + ".d/50-pintle-upgrade.conf", Content: "[Unit]\nOnFailure=" + failedUnit + "\n"})
	}
	return files
}

// WriteUnits writes unit files below a directory.
func WriteUnits(dir string, files []UnitFile) error {
	for _, f := range files {
		path := filepath.Join(dir, f.Path)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case f.Target != "":
			_ = os.Remove(path)
			err = os.Symlink(f.Target, path)
		default:
			err = os.WriteFile(path, []byte(f.Content), 0o644)
		}
		if err != nil {
			return fmt.Errorf("cannot write unit %s: %w", f.Path, err)
		}
	}
	return nil
}
