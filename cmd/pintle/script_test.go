package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	pid1 "pintle/init"
)

// The binary under test is the test binary itself, under each name that pintle gives itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"pintle":           main,
		"init":             main,
		"pintle-try-setup": main,
		pid1.ShimName:      main,
	})
}

// Each file of testdata/script is a story that a user could have typed.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
