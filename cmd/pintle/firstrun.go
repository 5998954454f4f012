package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"pintle/firstrun"
	"pintle/firstrun/bar"
	pid1 "pintle/init"
	"pintle/upgrade"
)

// dataLog writes what happens to volumes, as PID 1's own lines begin.
func dataLog(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "pintle: "+format+"\n", args...)
}

// loadVolumes reads the configuration.
func loadVolumes() *upgrade.Config {
	config, problems := pid1.LoadConfig("/", os.Environ())
	volumes, more := config.Volumes()
	for _, p := range append(problems, more...) {
		dataLog("%s", p)
	}
	return volumes
}

// dataError ends the program with the status that an error of package upgrade tells.
func dataError(err error) error {
	if err == nil {
		return nil
	}
	status := upgrade.StatusFailed
	if e := (*upgrade.Error)(nil); errors.As(err, &e) {
		status = e.Status
	}
	return &exitError{status, err}
}

// eachVolume opens every volume whose template there is, one after the other.
func eachVolume(c *upgrade.Config, access upgrade.Access, what string, do func(*upgrade.Job) error) error {
	return volumesBut(func(firstrun.Pair) bool { return false }, c, access, what, do)
}

// volumesBut is eachVolume without some. Those that are up to date need no lock, which services may hold for long.
func volumesBut(skip func(firstrun.Pair) bool, c *upgrade.Config, access upgrade.Access, what string, do func(*upgrade.Job) error) error {
	// What is listed is needed to the end, and that is soon: looking for garbage finds none.
	debug.SetGCPercent(400)
	for _, p := range c.Pairs {
		if _, err := os.Lstat(p.Template); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if skip(p) {
			continue
		}
		if err := os.MkdirAll(p.Volume, 0o755); err != nil {
			return fmt.Errorf("cannot make volume %s: %w", p.Volume, err)
		}
		j, err := c.Open(p, access, what, dataLog)
		if err == nil {
			err = do(j)
			j.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mainVolume opens the volume that keeps the facts.
func mainVolume(c *upgrade.Config, what string, do func(*upgrade.Job) error) error {
	p, ok := c.Main()
	if !ok {
		return errors.New("cannot find a volume: [firstrun] volumes names none")
	}
	j, err := c.Open(p, upgrade.Write, what, dataLog)
	if err != nil {
		return err
	}
	defer j.Close()
	return do(j)
}

func firstrunCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "firstrun",
		Short: "Fill volumes from the templates of the image",
		Long: `Fill the data volumes of a container from the templates that its image brings. PID 1 does so by itself at each
start; docs/firstrun.md tells how.`,
	}
	c.AddCommand(firstrunPlan(), firstrunRun(), firstrunStatus(), firstrunManifest(), hiddenCommand("boot", dataBoot),
		hiddenCommand("setup", runSetup), hiddenCommand("configured", setConfigured))
	return c
}

// hiddenCommand is a command for PID 1 and the units that it makes, not for people.
func hiddenCommand(name string, run func() error) *cobra.Command {
	return &cobra.Command{Use: name, Hidden: true, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return run() }}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// populatePlan is what `pintle firstrun plan` tells of a volume.
type populatePlan struct {
	Volume     string        `json:"volume"`
	Template   string        `json:"template"`
	BuildID    string        `json:"buildId"`
	Populated  bool          `json:"populated"` // some image has filled it
	Operations []firstrun.Op `json:"operations,omitempty"`
}

func firstrunPlan() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "plan", Short: "Tell what a populate would do", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			plans := []populatePlan{}
			err := eachVolume(loadVolumes(), upgrade.Look, "", func(j *upgrade.Job) error {
				id, _, _, err := j.Volume.Origin()
				if err != nil {
					return err
				}
				p := populatePlan{j.Pair.Volume, j.Pair.Template, j.Image.ID.String(), id != "", nil}
				if !p.Populated {
					journal, err := j.PlanPopulate()
					if err != nil {
						return err
					}
					p.Operations = journal.Ops
				}
				plans = append(plans, p)
				return nil
			})
			if err != nil {
				return dataError(err)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), plans)
			}
			for _, p := range plans {
				if p.Populated {
					fmt.Fprintf(c.OutOrStdout(), "%s is populated already\n", p.Volume)
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "%s would be populated from %s (build %s):\n", p.Volume, p.Template, p.BuildID)
				printOps(c.OutOrStdout(), p.Operations)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// printOps lists what is done, a line a path.
func printOps(w io.Writer, ops []firstrun.Op) {
	for _, op := range ops {
		if op.Result == "" || strings.HasPrefix(op.Path, firstrun.StateDir) {
			continue
		}
		path := "/" + op.Path
		if op.To != "" {
			path += " -> /" + op.To
		}
		fmt.Fprintf(w, "  %-14s %s (%s)\n", op.Result, path, op.Why)
	}
}

func firstrunRun() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "run", Short: "Populate the volumes that no image has filled yet", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			done := []populatePlan{}
			config := loadVolumes()
			err := volumesBut(config.UpToDate, config, upgrade.Alone, "populating", func(j *upgrade.Job) error {
				id, _, _, err := j.Volume.Origin()
				p := populatePlan{j.Pair.Volume, j.Pair.Template, j.Image.ID.String(), id != "", nil}
				if err == nil && (id == "" || j.Pair.EachBoot) {
					err = j.Do(bar.New(os.Stderr), dataLog)
					p.Populated = err == nil
				}
				if j.Populated != nil {
					p.Operations = j.Populated.Ops
				}
				done = append(done, p)
				return err
			})
			if asJSON {
				err = errors.Join(err, printJSON(c.OutOrStdout(), done))
			}
			return dataError(err)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print what was done as JSON")
	return c
}

// volumeStatus is what `pintle firstrun status` and `upgrade status` tell of a volume.
type volumeStatus struct {
	Volume      string         `json:"volume"`
	Template    string         `json:"template"`
	BuildID     string         `json:"buildId"`
	Image       string         `json:"image"`
	Version     string         `json:"version,omitempty"`
	Configured  string         `json:"configured,omitempty"`
	Interrupted string         `json:"interrupted,omitempty"` // a populate or an upgrade, and where
	Upgrade     *upgrade.State `json:"upgrade,omitempty"`
}

func statusOf(j *upgrade.Job) (s volumeStatus, err error) {
	s = volumeStatus{Volume: j.Pair.Volume, Template: j.Pair.Template, Image: j.Image.ID.String()}
	for name, to := range map[string]*string{firstrun.BuildIDFile: &s.BuildID, firstrun.VersionFile: &s.Version, firstrun.ConfiguredFile: &s.Configured} {
		if *to, err = j.Volume.Fact(name); err != nil {
			return s, err
		}
	}
	journal, phase, err := j.Volume.Pending()
	if err != nil {
		return s, err
	}
	if journal != nil {
		s.Interrupted = journal.Kind + " to build " + journal.To + " (" + phase + ")"
	}
	s.Upgrade, err = upgrade.ReadState(j.Volume)
	return s, err
}

func firstrunStatus() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Tell what the volumes are", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return printStatus(c.OutOrStdout(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printStatus(w io.Writer, asJSON bool) error {
	list := []volumeStatus{}
	err := eachVolume(loadVolumes(), upgrade.Look, "", func(j *upgrade.Job) error {
		s, err := statusOf(j)
		list = append(list, s)
		return err
	})
	if err != nil {
		return dataError(err)
	}
	if asJSON {
		return printJSON(w, list)
	}
	for _, s := range list {
		fmt.Fprintf(w, "%s\n", s.Volume)
		for _, row := range [][2]string{{"template", s.Template}, {"build of the image", s.Image}, {"build of the volume", s.BuildID},
			{"version", s.Version}, {"configured", s.Configured}, {"interrupted", s.Interrupted}} {
			if row[1] != "" {
				fmt.Fprintf(w, "  %-20s %s\n", row[0]+":", row[1])
			}
		}
		if u := s.Upgrade; u != nil {
			fmt.Fprintf(w, "  %-20s %s, from build %s to %s, attempt %d\n", "last upgrade:", u.Phase, u.From, u.To, u.Attempt)
			if u.Error != "" {
				fmt.Fprintf(w, "  %-20s %s\n", "error:", u.Error)
			}
			if u.Log != "" {
				fmt.Fprintf(w, "  %-20s %s\n", "log:", u.Log)
			}
		}
	}
	return nil
}

func firstrunManifest() *cobra.Command {
	var id string
	c := &cobra.Command{
		Use: "manifest [flags] TEMPLATE", Short: "Write the manifest and build id of a template while an image is built", Args: cobra.ExactArgs(1),
		Long: `Write TEMPLATE/.pintle/manifest, which tells owners, modes, attributes and digests where the file system of the
image cannot, and spares starts from reading the template; and TEMPLATE/.pintle/build-id.`,
		Example: `  RUN pintle firstrun manifest --build-id "$(git rev-parse HEAD) $(date -u +%FT%TZ)" /data-template`,
		RunE: func(_ *cobra.Command, args []string) error {
			parsed, err := upgrade.ParseBuildID(id)
			if err == nil {
				err = firstrun.WriteTemplateManifest(&firstrun.Sys{}, args[0], parsed.String())
			}
			if err != nil {
				return &exitError{exitFailure, err}
			}
			return nil
		},
	}
	c.Flags().StringVar(&id, "build-id", "", "`ID` of this build: one word, and optionally a time as in RFC 3339")
	return c
}
