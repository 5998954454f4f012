package units

import (
	"errors"
	"os"
	"strings"
	"testing"

	"pintle/vectors"
)

func TestVectorsConditions(t *testing.T) {
	var head struct {
		Scratch struct {
			Dirs            []string
			Files, Symlinks map[string]string
		}
	}
	vectors.Read(t, "conditions", &head)
	files := map[string]string{}
	for name, text := range head.Scratch.Files {
		text, _, _ = strings.Cut(text, "\n (mode")
		files[name] = text
	}
	dir := writeTree(t, files, head.Scratch.Symlinks)
	for _, d := range head.Scratch.Dirs {
		if err := os.MkdirAll(dir+"/"+d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir+"/exe", 0o755); err != nil {
		t.Fatal(err)
	}
	// The facts of the host on which the table was recorded.
	etc := writeTree(t, map[string]string{
		"etc/os-release": "ID=debian\nVERSION_ID=\"12\"\n",
		"etc/passwd":     "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
		"etc/group":      "root:x:0:\nnogroup:x:65534:\n",
	}, nil)
	host := &Facts{Environ: []string{"FOO=bar"}, KernelRelease: "6.18.44-fc-v657", Architecture: "x86-64", Virtualization: "docker",
		CPUs: 2, MemoryBytes: 4 << 30, Hostname: "vm", BoundingSet: AllCapabilities}
	elsewhere := *host
	elsewhere.Root = etc
	type row struct {
		Conditions []string
		Expected   struct {
			Exit                int
			Conditions, Asserts *string
		}
	}
	vectors.Run(t, "conditions", func(t *testing.T, r row) {
		lists := map[bool][]Condition{}
		for _, s := range r.Conditions {
			c, assert, err := ParseCondition(strings.ReplaceAll(s, "@D@", dir))
			if strings.HasSuffix(s, "=") && strings.HasPrefix(s, "ConditionPathExists") {
				lists[assert] = nil
				continue
			}
			var value *ValueError
			switch {
			case errors.As(err, &value):
				continue // ignored with a warning
			case err != nil:
				t.Fatal(err)
			}
			lists[assert] = append(lists[assert], c)
		}
		exit := 0
		for assert, want := range map[bool]*string{false: r.Expected.Conditions, true: r.Expected.Asserts} {
			if len(lists[assert]) == 0 {
				if want != nil {
					t.Errorf("no conditions, want %s", *want)
				}
				continue
			}
			ok, _ := TestAll(lists[assert], func(c Condition) (bool, error) {
				f := host
				if c.Type == "OSRelease" || c.Type == "User" || c.Type == "Group" || c.Type == "Security" || c.Type == "ACPower" || c.Type == "NeedsUpdate" {
					f = &elsewhere
				}
				return c.Test(f)
			})
			word := map[bool]string{true: "succeeded", false: "failed"}[ok]
			if !ok {
				exit = 1
			}
			if want == nil || *want != word {
				t.Errorf("asserts %v: %s, want %v", assert, word, want)
			}
		}
		if exit != r.Expected.Exit {
			t.Errorf("exit %d, want %d", exit, r.Expected.Exit)
		}
	})
}
