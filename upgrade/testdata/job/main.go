// Command job makes a volume ready as whoever runs it; with -squash as root does where an NFS server squashes root: to
// itself it is root, and file systems take it for nobody.    job [-squash] TEMPLATE VOLUME
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"syscall"

	"pintle/firstrun"
	"pintle/upgrade"
)

// nobody is whom root is squashed to.
const nobody = 65534

func main() {
	squash := flag.Bool("squash", false, "as root that is squashed")
	flag.Parse()
	if *squash {
		// fsuid is what file systems look at. Setting it takes away the capabilities about files, too.
		for _, call := range []uintptr{syscall.SYS_SETFSGID, syscall.SYS_SETFSUID} {
			if _, _, errno := syscall.AllThreadsSyscall(call, nobody, 0, 0); errno == syscall.ENOTSUP {
				fmt.Println("cannot squash root: build this with CGO_ENABLED=0")
				os.Exit(1)
			}
		}
	}
	os.Exit(run(flag.Arg(0), flag.Arg(1)))
}

func run(template, volume string) (status int) {
	log := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
	c := &upgrade.Config{Pairs: []firstrun.Pair{{Template: template, Volume: volume}}, VersionFile: template + ".version", Steps: template + ".steps"}
	job, err := c.Open(c.Pairs[0], upgrade.Alone, "making it ready", log)
	if err == nil {
		err = job.Do(firstrun.Silent{}, log)
		job.Close()
	}
	if err == nil {
		return 0
	}
	log("%v", err)
	if e := (*upgrade.Error)(nil); errors.As(err, &e) {
		return e.Status
	}
	return upgrade.StatusFailed
}
