package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pintle/images/engine"
)

const (
	baseImage = "pintle-test-base"
	image     = "pintle-test-demo"
)

// TestMain has the Makefile make what the tests boot, and Docker import it: the root as base image, and the
// Dockerfile over it.
func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() error {
	err := engine.Steps(
		[]string{"images/need", "docker"},
		[]string{"make", "--no-print-directory", "build", "out/demo-root.tar", "out/demo-root"},
	)
	if err != nil {
		return err
	}
	base, err := engine.Import("out/demo-root.tar", baseImage)
	if err != nil {
		return err
	}
	return engine.Build(image, base, "images/demo/Dockerfile")
}

func boot(t *testing.T, options []string, arguments ...string) *engine.Container {
	t.Helper()
	return engine.Boot(t, image, options, arguments...)
}

// units gives a directory with unit files as a docker option, where the image's own units are overridden.
func units(t *testing.T, files map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	var options []string
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		options = append(options, "-v", path+":/etc/systemd/system/"+name+":ro")
	}
	return options
}
