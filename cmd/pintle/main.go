// The limit on processors is read when we start; the runtime need not look every second whether it has changed.
//
//go:debug updatemaxprocs=0

// Command pintle is PID 1 for containers that run more than one daemon, and the tools around it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	pid1 "pintle/init"
	"pintle/init/try"
)

// main finds what the binary was called as. PID 1 and the processes that it starts come first and pay for
// nothing that only a person at a terminal needs.
func main() {
	pid1.Shim()
	if try.IsSetup() {
		fmt.Fprintln(os.Stderr, "pintle try:", try.Setup())
		os.Exit(exitSetup)
	}
	args := os.Args[1:]
	if run, ok := applet(filepath.Base(os.Args[0])); ok {
		os.Exit(run(args))
	}
	if len(args) > 0 && args[0] == "init" && !wantsHelp(args[1:]) {
		os.Exit(runInit(args[1:]))
	}
	os.Exit(runCommand(args))
}

// The exit statuses of the command line. `pintle init`, `try` and `verify` have more to say with theirs.
const (
	exitFailure = 1
	exitUsage   = 2
	exitSetup   = 125 // `pintle try` could not set up the container, as docker run says it
)

// applet gives what the binary does under one of its other names.
func applet(name string) (run func(args []string) int, ok bool) {
	switch name {
	case "init":
		return runInit, true
	}
	return nil, false
}

func wantsHelp(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "-h", "--help":
			return true
		}
	}
	return false
}
