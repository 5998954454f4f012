package power

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/setting"
	"pintle/units"
)

const (
	// scheduledTimer is the unit that waits for a scheduled shutdown, scheduledService the one that it starts then.
	scheduledTimer   = "scheduled-shutdown.timer"
	scheduledService = "scheduled-shutdown.service"
	// scheduledFile says what is scheduled, to programs that look where logind writes it.
	scheduledFile = "/run/systemd/shutdown/scheduled"
)

// auxiliary is a unit that comes with another one.
type auxiliary struct {
	Name       string
	Properties []setting.Property
}

// starter is the service that starts a target. It outlives what the target stops.
func starter(target, description string) ([]setting.Property, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return setting.ParseAll("service", []string{
		"Description=" + description, "Type=oneshot", "CollectMode=inactive-or-failed",
		"ExecStart=@" + units.ListText([]string{program}) + " systemctl start --no-block --job-mode=replace-irreversibly " + target,
	})
}

// schedule has PID 1 start the target of a shutdown at some time.
func schedule(w way, at time.Time) error {
	conn, err := connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = discard(conn) // of two shutdowns the last one counts
	description := "Scheduled shutdown (" + w.name + ")"
	service, err := starter(w.target, description)
	if err != nil {
		return command.Failf("Failed to schedule shutdown: %s", command.Reason(err))
	}
	timer, err := setting.ParseAll("timer", []string{
		"Description=" + description, "OnCalendar=" + at.UTC().Format("2006-01-02 15:04:05.000000") + " UTC",
		"AccuracySec=1s", "RemainAfterElapse=no",
	})
	if err != nil {
		return err
	}
	more := []auxiliary{{scheduledService, service}}
	if err := conn.Manager("StartTransientUnit", []any{scheduledTimer, "replace", timer, more}); err != nil {
		return command.Failf("Failed to schedule shutdown: %s", client.Reason(err))
	}
	if err := record(w.name, at); err != nil {
		fmt.Fprintf(os.Stderr, "Failed to write %s: %s\n", scheduledFile, command.Reason(err))
	}
	announce(w.name, at)
	return nil
}

// record writes the file; a reader never sees half of it.
func record(mode string, at time.Time) error {
	dir := filepath.Dir(scheduledFile)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".scheduled-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintf(f, "USEC=%d\nWARN_WALL=0\nMODE=%s\n", at.UnixMicro(), mode)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), scheduledFile)
}

// discard ends the timer of a scheduled shutdown, if there is one.
func discard(conn *client.Conn) error {
	os.Remove(scheduledFile)
	err := conn.Manager("StopUnit", []any{scheduledTimer, "replace"})
	if client.ErrorName(err) == "org.freedesktop.systemd1.NoSuchUnit" {
		return nil
	}
	return err
}

func cancel() error {
	conn, err := connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := discard(conn); err != nil {
		return command.Failf("Failed to cancel scheduled shutdown: %s", client.Reason(err))
	}
	return nil
}

func show() error {
	text, err := os.ReadFile(scheduledFile)
	if err != nil {
		return command.Failf("No scheduled shutdown.")
	}
	var mode string
	var usec int64
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "USEC":
			usec, _ = strconv.ParseInt(value, 10, 64)
		case "MODE":
			mode = value
		}
	}
	if usec <= time.Now().UnixMicro() {
		return command.Failf("No scheduled shutdown.")
	}
	announce(mode, time.UnixMicro(usec))
	return nil
}
