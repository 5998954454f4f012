package host

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

const zoneinfo = "/usr/share/zoneinfo"

// Time describes timedatectl(1).
func Time() *cobra.Command {
	c := tool("timedatectl", "Print the time, print or set the time zone",
		"Print the time, print or set the time zone, which is where /etc/localtime leads. The clock is that of the host.", []verb{
			{"status", 0, 0, "", "print the time and the time zone", timeStatus},
			{"show", 0, 0, "", "print the same for programs", timeShow},
			{"set-timezone", 1, 1, "ZONE", "set the time zone", setTimezone},
			{"list-timezones", 0, 0, "", "list the time zones", listTimezones},
			{"set-time", 1, 1, "TIME", "set the clock, where that is allowed", setTime},
			{"set-ntp", 1, 1, "BOOL", "has no effect: the host keeps its clock", func(_ io.Writer, args []string) error {
				if _, err := units.ParseBool(args[0]); err != nil {
					return command.Failf("Failed to parse NTP setting '%s': %s", args[0], command.Reason(err))
				}
				return note("The clock of a container is that of its host, which keeps it.")
			}},
			{"set-local-rtc", 1, 1, "BOOL", "has no effect: a container has no hardware clock", func(_ io.Writer, args []string) error {
				if _, err := units.ParseBool(args[0]); err != nil {
					return command.Failf("Failed to parse local RTC setting '%s': %s", args[0], command.Reason(err))
				}
				return note("A container has no hardware clock.")
			}},
		})
	f := c.Flags()
	f.Bool("adjust-system-clock", false, "has no effect")
	f.StringArrayP("property", "p", nil, "show: only the property `NAME`")
	f.BoolP("all", "a", false, "show: empty properties, too")
	f.Bool("value", false, "show: only values")
	show := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 && args[0] == "show" {
			names, _ := f.GetStringArray("property")
			values, _ := f.GetBool("value")
			return showProperties(c.OutOrStdout(), names, values)
		}
		return show(c, args)
	}
	return c
}

// timezone is the name of the local time zone.
func timezone() string {
	target, err := os.Readlink("/etc/localtime")
	if err == nil {
		if _, name, ok := strings.Cut(target, "zoneinfo/"); ok {
			return name
		}
	}
	if name := firstLine("/etc/timezone"); name != "" {
		return name
	}
	return "UTC"
}

func clockText(t time.Time) string { return t.Format("Mon 2006-01-02 15:04:05 MST") }

func timeStatus(out io.Writer, _ []string) error {
	now := time.Now()
	fields{
		{"Local time", clockText(now)},
		{"Universal time", clockText(now.UTC())},
		{"RTC time", "n/a"},
		{"Time zone", fmt.Sprintf("%s (%s)", timezone(), now.Format("MST, -0700"))},
		{"System clock synchronized", units.YesNo(synchronized())},
		{"NTP service", "n/a"},
		{"RTC in local TZ", "no"},
	}.print(out)
	return nil
}

// synchronized asks the kernel whether somebody keeps the clock right.
func synchronized() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != timeError && t.Maxerror < 16_000_000
}

// timeError is what adjtimex(2) returns for a clock that nobody keeps right.
const timeError = 5

func timeShow(out io.Writer, _ []string) error { return showProperties(out, nil, false) }

func showProperties(out io.Writer, names []string, values bool) error {
	for _, p := range [][2]string{
		{"Timezone", timezone()}, {"LocalRTC", "no"}, {"CanNTP", "no"}, {"NTP", "no"},
		{"NTPSynchronized", units.YesNo(synchronized())}, {"TimeUSec", clockText(time.Now())},
	} {
		switch {
		case len(names) > 0 && !slices.Contains(names, p[0]):
		case values:
			fmt.Fprintln(out, p[1])
		default:
			fmt.Fprintf(out, "%s=%s\n", p[0], p[1])
		}
	}
	return nil
}

func setTimezone(_ io.Writer, args []string) error {
	zone := args[0]
	info, err := os.Stat(filepath.Join(zoneinfo, zone))
	bad := strings.HasPrefix(zone, "/") || strings.Contains(zone, "..") || zone == ""
	if bad || zone != "UTC" && (err != nil || !info.Mode().IsRegular()) {
		return command.Failf("Failed to set time zone: Invalid or not installed time zone '%s'", zone)
	}
	temporary := "/etc/.localtime.pintle"
	os.Remove(temporary)
	err = os.Symlink(".."+zoneinfo+"/"+zone, temporary)
	if err == nil {
		err = os.Rename(temporary, "/etc/localtime")
	}
	if err == nil {
		// Debian keeps the name in a file of its own, too.
		if _, missing := os.Stat("/etc/timezone"); missing == nil {
			err = write("/etc/timezone", zone+"\n")
		}
	}
	if err != nil {
		os.Remove(temporary)
		return command.Failf("Failed to set time zone: %s", command.Reason(err))
	}
	return nil
}

func listTimezones(out io.Writer, _ []string) error {
	names := []string{"UTC"}
	_ = filepath.WalkDir(zoneinfo, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, zoneinfo+"/")
		switch {
		case err != nil:
			return nil // what cannot be read is no zone for us
		case d.IsDir() && (name == "posix" || name == "right"):
			return fs.SkipDir
		case !d.IsDir() && !strings.Contains(filepath.Base(name), ".") && name != "localtime" && name != "posixrules" && name[0] >= 'A' && name[0] <= 'Z':
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		fmt.Fprintln(out, name)
	}
	return nil
}

func setTime(_ io.Writer, args []string) error {
	t, err := units.ParseTimestamp(args[0], time.Now())
	if err != nil {
		return command.Failf("Failed to parse time specification '%s': %s", args[0], command.Reason(err))
	}
	value := unix.NsecToTimespec(int64(t) * 1000)
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &value); err != nil {
		return command.Failf("Failed to set time: %s (the clock of a container is that of its host)", command.Reason(err))
	}
	return nil
}
