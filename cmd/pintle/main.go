// The limit on processors is read when we start; the runtime need not look every second whether it has changed.
//
//go:debug updatemaxprocs=0

// Command pintle is PID 1 for containers that run more than one daemon, and the tools around it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"pintle/applets"
	pid1 "pintle/init"
	"pintle/init/try"
)

// main finds what the binary was called as. PID 1 and the processes that it starts come first and pay for
// nothing that only a person at a terminal needs.
func main() {
	pid1.Shim()
	inheritance := pid1.Inherit()
	if try.IsSetup() {
		fmt.Fprintln(os.Stderr, "pintle try:", try.Setup())
		os.Exit(exitSetup)
	}
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if args, ok := bootArguments(name, args); ok {
		os.Exit(runInit(args, inheritance))
	}
	if a, ok := applets.Find(name); ok {
		os.Exit(a.Run(args))
	}
	if len(args) > 0 {
		if a, ok := applets.Find(args[0]); ok && args[0] != "init" {
			os.Exit(a.Run(args[1:]))
		}
	}
	os.Exit(runCommand(args))
}

// bootArguments tells whether we are to be PID 1: as process 1 under the name init or systemd, else by
// `pintle init`. Any other process of the name init only tells PID 1 what to do (telinit).
func bootArguments(name string, args []string) ([]string, bool) {
	switch {
	case os.Getpid() == 1 && (name == "init" || name == "systemd"):
		return args, true
	case len(args) > 0 && args[0] == "init" && !wantsHelp(args[1:]):
		if _, applet := applets.Find(name); !applet {
			return args[1:], true
		}
	}
	return nil, false
}

// The exit statuses of the command line. `pintle init`, `try` and `verify` have more to say with theirs.
const (
	exitFailure = 1
	exitUsage   = 2
	exitSetup   = 125 // `pintle try` could not set up the container, as docker run says it
)

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
