package pid1

import (
	"fmt"
	"time"

	"pintle/firstrun"
	"pintle/units"
	"pintle/upgrade"
)

// FirstRunConfig is section [firstrun].
type FirstRunConfig struct {
	Volumes     []VolumeConfig `toml:"volumes" doc:"what is filled from what: a list of tables, whose keys are below"`
	VersionFile string         `toml:"version-file" doc:"the file of the image that tells the version of the volume's layout"`
	Lock        string         `toml:"lock" oneof:"wait refuse" doc:"what to do while another container writes to a volume"`
	LockTimeout units.Usec     `toml:"lock-timeout" doc:"how long to wait for it"`
	Discard     []string       `toml:"discard" doc:"patterns of paths of the volume that every container must have of its own, and that are never copied from the image: /etc/ssh/ssh_host_*"`
	Commands    []string       `toml:"commands" doc:"commands that are run by a shell on the first run, before any service: ssh-keygen -A"`
	Hostname    bool           `toml:"hostname" doc:"keep the host name in the volume, and make it the container's again"`
	ResolvConf  []string       `toml:"resolv-conf" doc:"lines that /etc/resolv.conf is to have; by default it is left alone"`
}

// VolumeConfig is one table of the list firstrun.volumes.
type VolumeConfig struct {
	Template string `toml:"template" doc:"directory of the image that the volume is filled from; a volume whose template is not there is left alone"`
	Path     string `toml:"path" doc:"where the volume is mounted"`
	List     string `toml:"list" doc:"file of paths of the image that are symlinks to the same paths of the volume, in the form of FreeIPA's volume-data-list"`
	EachBoot bool   `toml:"each-boot" doc:"fill it at every start, as /tmp"`
}

// pair is the volume as package firstrun knows it.
func (c VolumeConfig) pair() (p firstrun.Pair, err error) {
	p = firstrun.Pair{Template: c.Template, Volume: c.Path, EachBoot: c.EachBoot}
	if err = p.Check(); err == nil && c.List != "" {
		err = p.ReadList(c.List)
	}
	return p, err
}

// SetupConfig is section [setup].
type SetupConfig struct {
	Unit        string   `toml:"unit" doc:"a unit that sets the volume up once services run"`
	Commands    []string `toml:"commands" doc:"commands for a shell that do"`
	After       []string `toml:"after" doc:"units that are up before; by default the unit that the boot starts"`
	OnFailure   string   `toml:"on-failure" oneof:"exit keep" doc:"whether a failure ends the container, with its status"`
	Arguments   bool     `toml:"arguments" doc:"the words after -- are arguments of the setup commands, not a command"`
	Environment []string `toml:"environment" doc:"variables of the container that the commands get"`
	Secrets     []string `toml:"secrets" doc:"variables, or files of /run/secrets, that they get as files: $NAME_FILE"`
}

// UpgradeConfig is section [upgrade].
type UpgradeConfig struct {
	Policy     string   `toml:"policy" oneof:"keep replace" doc:"which side wins where the volume and the image have both changed a file"`
	Keep       []string `toml:"keep" doc:"patterns of paths for which the volume's wins"`
	Replace    []string `toml:"replace" doc:"patterns of paths for which the image's wins"`
	Downgrade  bool     `toml:"downgrade" doc:"let an image use a volume that a newer one has used"`
	Backup     string   `toml:"backup" oneof:"auto full changed" doc:"what is kept to go back to: a copy of the volume, or what is replaced; auto: a copy if programs are run"`
	Steps      string   `toml:"steps" doc:"directory of programs OLD-NEW that turn one version of the volume into another"`
	Scriptlets string   `toml:"scriptlets" doc:"directory of the scriptlets of packages"`
	Known      string   `toml:"known" doc:"file with the SHA-256 sums of what earlier images had"`
	After      []string `toml:"after" doc:"units that finish an upgrade once services run"`
}

// Volumes is what package upgrade is to know. What is wrong in it costs that volume.
func (c *Config) Volumes() (*upgrade.Config, []units.Problem) {
	v := &upgrade.Config{
		VersionFile: c.FirstRun.VersionFile,
		Discard:     c.FirstRun.Discard, Commands: c.FirstRun.Commands,
		Hostname: c.FirstRun.Hostname, ResolvConf: c.FirstRun.ResolvConf,
		Policy: upgrade.Policy(c.Upgrade.Policy), Keep: c.Upgrade.Keep, Replace: c.Upgrade.Replace,
		Downgrade: c.Upgrade.Downgrade, Backup: upgrade.Backup(c.Upgrade.Backup),
		Steps: c.Upgrade.Steps, Scriptlets: c.Upgrade.Scriptlets, Vanilla: c.Upgrade.Known, After: c.Upgrade.After,
		Unit: c.Boot.Unit,
		Setup: firstrun.Setup{
			Unit: c.Setup.Unit, Commands: c.Setup.Commands, After: c.Setup.After, Keep: c.Setup.OnFailure == "keep",
			Environment: c.Setup.Environment, Secrets: c.Setup.Secrets,
		},
	}
	if c.FirstRun.Lock == "wait" {
		var limited bool
		if v.Wait, limited = c.FirstRun.LockTimeout.Duration(); !limited {
			v.Wait = 1 << 62 * time.Nanosecond
		}
	}
	var problems []units.Problem
	for _, volume := range c.FirstRun.Volumes {
		pair, err := volume.pair()
		if err != nil {
			problems = append(problems, units.Problem{File: "firstrun.volumes", Text: fmt.Sprintf("cannot use volume %s: %v", formatValue(volume), err)})
			continue
		}
		v.Pairs = append(v.Pairs, pair)
	}
	return v, problems
}
