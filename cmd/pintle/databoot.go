package main

import (
	"errors"
	"os"

	"pintle/firstrun"
	"pintle/firstrun/bar"
	"pintle/upgrade"
)

// dataBoot is what PID 1 runs before it starts anything: every volume is filled or brought up to date, and the
// units are made that go on with it once services run.
func dataBoot() error {
	c := loadVolumes()
	main, _ := c.Main()
	if err := c.RecoverOthers(dataLog); err != nil {
		return dataError(err)
	}
	err := eachVolume(c, upgrade.Alone, "making it ready", func(j *upgrade.Job) error {
		if err := j.Do(bar.New(os.Stderr), dataLog); err != nil {
			return err
		}
		if j.Pair.Volume != main.Volume {
			return nil
		}
		if err := j.FirstRun(os.Stderr, dataLog); err != nil {
			return err
		}
		return laterUnits(c, j)
	})
	if err != nil {
		err = c.GiveUp(err, dataLog)
	}
	return dataError(err)
}

// laterUnits makes the units that finish what needs running services: setup, or else an upgrade.
func laterUnits(c *upgrade.Config, j *upgrade.Job) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	configured, err := j.Volume.Configured()
	if err != nil {
		return err
	}
	if c.Setup.Wanted() && !configured {
		// Whoever sets a volume up sets it up as this image wants it.
		if err := upgrade.FinishAfter(j.Volume, nil); err != nil {
			return err
		}
		if err := c.Setup.Provide(firstrun.SetupDir, os.Environ(), nil); err != nil {
			return err
		}
		dataLog("the volume has not been set up: doing so once %s is up", c.Unit)
		return upgrade.WriteUnits(upgrade.RuntimeUnits, c.SetupUnits(exe))
	}
	s, err := upgrade.ReadState(j.Volume)
	if err != nil || s == nil || s.Phase != upgrade.PhaseAfter {
		return err
	}
	if len(c.After) == 0 {
		return upgrade.FinishAfter(j.Volume, nil)
	}
	return upgrade.WriteUnits(upgrade.RuntimeUnits, c.AfterUnits(exe))
}

// runSetup is the program of the unit that sets a volume up. It ends with the status of what failed.
func runSetup() error {
	c := loadVolumes()
	err := mainVolume(c, "setting up", func(j *upgrade.Job) error {
		return j.Volume.RunSetup(&c.Setup, firstrun.SetupDir, os.Stdout)
	})
	if e := (*firstrun.SetupError)(nil); errors.As(err, &e) {
		return &exitError{e.Status, err}
	}
	return dataError(err)
}

func setConfigured() error {
	return dataError(mainVolume(loadVolumes(), "setting up", func(j *upgrade.Job) error {
		if err := j.Volume.SetConfigured(); err != nil {
			return err
		}
		return os.RemoveAll(firstrun.SetupDir)
	}))
}
