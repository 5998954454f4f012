package command

import "os"

// Booted tells whether systemd, or pintle in its place, is the service manager here (sd_booted(3)).
func Booted() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}
