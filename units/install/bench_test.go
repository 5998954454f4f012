package install

import (
	"fmt"
	"testing"
)

// BenchmarkList lists 1,000 unit files, half of them enabled.
func BenchmarkList(b *testing.B) {
	root := b.TempDir()
	files, links := map[string]string{}, map[string]string{}
	for i := range 1000 {
		name := fmt.Sprintf("unit-%d.service", i)
		files["/usr/lib/systemd/system/"+name] = enabling
		if i%2 == 0 {
			links["/etc/systemd/system/multi-user.target.wants/"+name] = "/usr/lib/systemd/system/" + name
		}
	}
	plant(b, root, files, links)
	f := &Files{Root: root}
	for b.Loop() {
		if list, err := f.List(nil, nil); err != nil || len(list) != 1000 {
			b.Fatalf("%d unit files, %v", len(list), err)
		}
	}
}

// BenchmarkView shows the state of one unit among 1,000 that were asked for before.
func BenchmarkView(b *testing.B) {
	root := b.TempDir()
	files := map[string]string{}
	for i := range 1000 {
		files[fmt.Sprintf("/usr/lib/systemd/system/unit-%d.service", i)] = enabling
	}
	plant(b, root, files, nil)
	v := (&Files{Root: root}).View()
	for b.Loop() {
		delete(v.states, "unit-7.service")
		if state := v.FileState("unit-7.service"); state != "disabled" {
			b.Fatal(state)
		}
	}
}
