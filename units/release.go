package units

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Release is a release of systemd. Where releases differ we are like the one whose files the image has, for
// what else is in the image was made with it; without one we are like the newest.
type Release struct {
	Version int
	Debian  bool // Debian's build
}

// newestSystemd is the release whose behaviour is ours where nothing in the image asks for an older one.
const newestSystemd = 256

// ReleaseOf finds the release that is installed below a root ("" for the real one), by the name of its library.
func ReleaseOf(root string) Release {
	const library = "libsystemd-shared-"
	multiarch := root + "/usr/lib/" + multiarch() + "/systemd"
	for _, dir := range []string{multiarch, root + "/usr/lib/systemd"} {
		found, _ := filepath.Glob(dir + "/" + library + "*.so")
		for _, path := range found {
			number := strings.TrimPrefix(filepath.Base(path), library)
			number = number[:len(number)-len(strings.TrimLeft(number, "0123456789"))]
			if n, err := strconv.Atoi(number); err == nil && n < newestSystemd {
				return Release{n, dir == multiarch}
			}
		}
	}
	return Release{Version: newestSystemd}
}

// multiarch is Debian's name of the folder for this machine's libraries.
func multiarch() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x86_64-linux-gnu"
	case "386":
		return "i386-linux-gnu"
	case "arm64":
		return "aarch64-linux-gnu"
	case "arm":
		return "arm-linux-gnueabihf"
	case "ppc64le":
		return "powerpc64le-linux-gnu"
	}
	return runtime.GOARCH + "-linux-gnu"
}

// release is the one that a graph is like.
func (o *Options) release(r root) Release {
	release := ReleaseOf(string(r))
	if o.Systemd != 0 {
		release.Version = o.Systemd
	}
	return release
}

// SplitUsr tells whether /lib and its kin count as folders of their own even where they are links into /usr. Debian's
// systemd was built so until release 255.
func (r Release) SplitUsr() bool { return r.Debian && r.Version < 255 }
