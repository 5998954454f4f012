// Package pid1 is being process 1 of a container on a real kernel: it reaps, translates signals, keeps the
// console, spawns what the supervisor asks for, and ends with the right status.
package pid1

import (
	"reflect"
	"strings"

	"pintle/units"
)

// Config is what an image or its user may choose about PID 1. Every key has a default that serves.
//
// The struct is the one table of keys: files, environment variables, messages and docs/configuration.md are
// all derived from its tags (toml: the key; oneof: the words a key accepts; doc: its meaning).
type Config struct {
	Boot BootConfig `toml:"boot"`
	Stop StopConfig `toml:"stop"`
	Log  LogConfig  `toml:"log"`

	FirstRun FirstRunConfig `toml:"firstrun"`
	Setup    SetupConfig    `toml:"setup"`
	Upgrade  UpgradeConfig  `toml:"upgrade"`
}

// BootConfig is section [boot].
type BootConfig struct {
	Unit  string   `toml:"unit" doc:"the unit that a boot starts; --unit= overrides it"`
	Vital []string `toml:"vital" doc:"units that the container lives for: when one of them fails for good, the container stops in order and ends with its status"`
	Quiet bool     `toml:"quiet" doc:"show only warnings and failures on the console, not every unit that starts; --quiet sets it"`
	Tree  bool     `toml:"tree" doc:"show the tree of units with their states when the boot is done, as SIGUSR2 does at any time; --tree sets it"`
	Purge bool     `toml:"purge" doc:"empty /run and /tmp of what an earlier run of the container left there"`

	Systemd string `toml:"systemd" oneof:"auto 252 253 254 255 256" doc:"the release of systemd to be like where releases differ; auto: the one whose files the image has, else the newest"`
}

// StopConfig is section [stop].
type StopConfig struct {
	Budget units.Usec `toml:"budget" doc:"the time in which an ordered stop ends, however long the TimeoutStopSec= of a unit is; engines kill a container after 10s; infinity: no limit"`
}

// LogConfig is section [log].
type LogConfig struct {
	Level    string      `toml:"level" oneof:"error warning notice info debug" doc:"the least important of PID 1's own messages that the console shows"`
	Color    string      `toml:"color" oneof:"auto always never" doc:"colour on the console; auto: when it is a terminal"`
	Services bool        `toml:"services" doc:"show what services write on the console, each line with the name of its unit"`
	Buffer   units.Bytes `toml:"buffer" doc:"how much output waits for a slow or stopped reader of the console before lines are dropped (and counted)"`
}

// DefaultConfig is the configuration of an image that says nothing.
func DefaultConfig() Config {
	return Config{
		Boot: BootConfig{Unit: "default.target", Purge: true, Systemd: "auto"},
		Stop: StopConfig{Budget: 9_000_000},
		Log:  LogConfig{Level: "info", Color: "auto", Services: true, Buffer: 1 << 20},

		FirstRun: FirstRunConfig{
			Volumes: []VolumeConfig{{Template: "/data-template", Path: "/data"}}, VersionFile: "/etc/volume-version",
			Lock: "wait", LockTimeout: 5 * 60_000_000,
		},
		Setup: SetupConfig{OnFailure: "exit"},
		Upgrade: UpgradeConfig{
			Policy: "keep", Backup: "auto", Steps: "/usr/lib/pintle/version-steps",
			Scriptlets: "/usr/lib/pintle/scriptlets", Known: "/etc/volume-data-autoupdate",
		},
	}
}

// ConfigKey is one key of Config, for documentation.
type ConfigKey struct {
	Section, Name string
	Env           string   // the environment variable that overrides it
	Default       string   // as one would write it in TOML
	OneOf         []string // the words it accepts; nil: any value of its type
	Doc           string
	index         []int
	of            reflect.Type
}

// String is the key as messages name it: "stop.budget".
func (k ConfigKey) String() string { return k.Section + "." + k.Name }

// ConfigKeys lists every key in the order of Config.
func ConfigKeys() []ConfigKey {
	var keys []ConfigKey
	defaults := DefaultConfig()
	v := reflect.ValueOf(&defaults).Elem()
	for i := range v.NumField() {
		section := v.Type().Field(i)
		for j := range section.Type.NumField() {
			k := configKey(section.Tag.Get("toml"), section.Type.Field(j), v.Field(i).Field(j))
			k.Env = envPrefix + strings.ToUpper(k.Section+"_"+strings.ReplaceAll(k.Name, "-", "_"))
			k.index = []int{i, j}
			keys = append(keys, k)
		}
	}
	return keys
}

func configKey(section string, f reflect.StructField, value reflect.Value) ConfigKey {
	return ConfigKey{
		Section: section,
		Name:    f.Tag.Get("toml"),
		Default: formatValue(value.Interface()),
		OneOf:   strings.Fields(f.Tag.Get("oneof")),
		Doc:     f.Tag.Get("doc"),
		of:      f.Type,
	}
}

// Keys are the keys of the tables that a key lists; nil if it is none of those. They have no variables.
func (k ConfigKey) Keys() []ConfigKey {
	if k.of.Kind() != reflect.Slice || k.of.Elem().Kind() != reflect.Struct {
		return nil
	}
	table := k.of.Elem()
	none := reflect.Zero(table)
	var keys []ConfigKey
	for i := range table.NumField() {
		key := configKey(k.String(), table.Field(i), none.Field(i))
		key.index = []int{i}
		keys = append(keys, key)
	}
	return keys
}
