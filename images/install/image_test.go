package install_test

import (
	"testing"

	"pintle/images/engine"
)

// A package with a service is installed and purged while an image is built; each step of the Dockerfile must succeed.
func TestImageBuild(t *testing.T) {
	err := engine.Steps(
		[]string{"images/need", "docker"},
		[]string{"make", "--no-print-directory", "build", "out/demo-root.tar"},
	)
	if err != nil {
		t.Fatal(err)
	}
	base, err := engine.Import("out/demo-root.tar", "pintle-test-base")
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Build("pintle-test-install", base, "images/install/testdata/Dockerfile"); err != nil {
		t.Fatal(err)
	}
}
