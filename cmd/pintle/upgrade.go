package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pintle/firstrun/bar"
	"pintle/upgrade"
)

func upgradeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "upgrade",
		Short: "Bring volumes up to date with the image",
		Long: `Bring the data volumes of a container up to date with its image. PID 1 does so by itself at each start;
docs/upgrade.md tells how, and what each exit status means.`,
	}
	c.AddCommand(upgradePlan(), upgradeRun(), upgradeStatus(), upgradeRollback(), upgradeFinish(), upgradeExtract())
	return c
}

// namedProposal is a proposal with the volume that it is for.
type namedProposal struct {
	Volume string `json:"volume"`
	*upgrade.Proposal
}

func upgradePlan() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "plan", Short: "Tell what an upgrade would do; nothing is written", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list := []namedProposal{}
			err := eachVolume(loadVolumes(), upgrade.Look, "", func(j *upgrade.Job) error {
				p, err := j.Propose()
				list = append(list, namedProposal{j.Pair.Volume, p})
				return err
			})
			if err != nil {
				return dataError(err)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			for _, p := range list {
				printProposal(c, p)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printProposal(c *cobra.Command, p namedProposal) {
	w := c.OutOrStdout()
	switch p.Relation {
	case upgrade.Missing:
		fmt.Fprintf(w, "%s: no image has filled it; pintle firstrun plan\n", p.Volume)
		return
	case upgrade.Equal:
		if len(p.Steps) == 0 && p.Refused == "" {
			fmt.Fprintf(w, "%s: up to date (build %s)\n", p.Volume, p.To)
			return
		}
	}
	fmt.Fprintf(w, "%s: build %s, the image has build %s (%s)\n", p.Volume, p.From, p.To, p.Relation)
	if p.Refused != "" {
		fmt.Fprintf(w, "  %-14s %s\n", "refused", p.Refused)
		return
	}
	if p.Full {
		fmt.Fprintf(w, "  %-14s %s\n", "backup", "a copy of the whole volume")
	}
	for _, s := range p.Steps {
		fmt.Fprintf(w, "  %-14s %s\n", "version step", s.Path)
	}
	printOps(w, p.Ops)
	for _, s := range p.Scriptlets {
		fmt.Fprintf(w, "  %-14s %s %v\n", "scriptlet", s.Path, s.Args())
	}
	for _, u := range p.After {
		fmt.Fprintf(w, "  %-14s %s\n", "unit, later", u)
	}
}

func upgradeRun() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "run", Short: "Upgrade the volumes that another image has filled", Args: cobra.NoArgs,
		Long: `Upgrade the volumes that another image has filled. Services that use them must not run.`,
		RunE: func(c *cobra.Command, _ []string) error {
			done := []namedProposal{}
			config := loadVolumes()
			err := config.RecoverOthers(dataLog)
			if err != nil {
				return dataError(err)
			}
			err = volumesBut(config.UpToDate, config, upgrade.Alone, "upgrading", func(j *upgrade.Job) error {
				id, _, _, err := j.Volume.Origin()
				if err != nil || id == "" || j.Pair.EachBoot {
					return err
				}
				err = j.Do(bar.New(os.Stderr), dataLog)
				if j.Upgraded != nil {
					done = append(done, namedProposal{j.Pair.Volume, j.Upgraded})
				}
				return err
			})
			if err != nil {
				err = config.GiveUp(err, dataLog)
			}
			if asJSON {
				err = errors.Join(err, printJSON(c.OutOrStdout(), done))
			}
			return dataError(err)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print what was done as JSON")
	return c
}

func upgradeStatus() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Tell how the last upgrade went", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return printStatus(c.OutOrStdout(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func upgradeRollback() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "rollback", Short: "Take the last upgrade back", Args: cobra.NoArgs,
		Long: `Make the volumes what they were before the last upgrade: all that it was about. Services that use them must not run. What has been changed
since then is kept in the backup, below .pintle/backup of the volume, until the next upgrade.`,
		RunE: func(c *cobra.Command, _ []string) error {
			states, err := loadVolumes().RollBackLast(dataLog)
			if asJSON {
				err = errors.Join(err, printJSON(c.OutOrStdout(), append([]*upgrade.State{}, states...)))
			}
			return dataError(err)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// upgradeFinish is for the units that PID 1 makes.
func upgradeFinish() *cobra.Command {
	var failed bool
	c := &cobra.Command{
		Use: "finish", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return dataError(mainVolume(loadVolumes(), "finishing the upgrade", func(j *upgrade.Job) error {
				if !failed {
					return upgrade.FinishAfter(j.Volume, nil)
				}
				cause := errors.New("a unit that was to finish the upgrade has failed; the journal and the console say which")
				if err := upgrade.FinishAfter(j.Volume, cause); err != nil {
					return err
				}
				return fmt.Errorf("cannot upgrade %s: %w; the next start takes it back", j.Pair.Volume, cause)
			}))
		},
	}
	c.Flags().BoolVar(&failed, "failed", false, "it has failed")
	return c
}

func upgradeExtract() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "extract [flags] PACKAGE...", Short: "Extract upgrade scriptlets of packages while an image is built", Args: cobra.MinimumNArgs(1),
		Long: `Extract what the packages run when they are upgraded, Debian's postinst or RPM's %post, in the order in which they are
named, so that an upgrade of a volume runs it without a package manager.`,
		Example: `  RUN pintle upgrade extract slapd krb5-kdc`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := upgrade.Extract("/", to, args); err != nil {
				return &exitError{exitFailure, err}
			}
			return nil
		},
	}
	c.Flags().StringVar(&to, "to", "/usr/lib/pintle/scriptlets", "write them to `DIR`")
	return c
}
