package install

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// randomTree is a root directory full of unit files, links and preset files, good ones and bad ones.
type randomTree struct {
	rnd   *rand.Rand
	files map[string]string
	links map[string]string
}

var (
	randomNames = []string{
		"a.service", "b.service", "c.service", "c.socket", "d.timer", "e.path", "m.target", "n.target", "default.target",
		"t@.service", "u@.service", "t@x.service", "t@y.service", "u@x.service", "k@.target", "k@x.target", "f.mount", "s.slice",
	}
	randomDirs = []string{
		"/usr/lib/systemd/system", "/usr/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system",
		"/run/systemd/system", "/usr/local/lib/systemd/system", "/run/systemd/generator", "/run/systemd/transient", "/opt",
	}
	linkDirs = []string{
		"/etc/systemd/system", "/etc/systemd/system", "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system",
		"/usr/local/lib/systemd/system", "/run/systemd/generator",
	}
)

func newRandomTree(seed uint64) *randomTree {
	r := &randomTree{rand.New(rand.NewPCG(seed, 0)), map[string]string{}, map[string]string{}}
	for range 1 + r.rnd.IntN(7) {
		r.addUnit()
	}
	for range r.rnd.IntN(6) {
		r.addLink()
	}
	if r.chance(3) {
		r.addDropIn()
	}
	for r.chance(2) {
		r.addPreset()
	}
	// A link must not be in the place of a directory, nor of a file.
	for link := range r.links {
		if _, file := r.files[link]; file {
			delete(r.links, link)
		}
	}
	return r
}

func (r *randomTree) chance(oneIn int) bool { return r.rnd.IntN(oneIn) == 0 }

func (r *randomTree) pick(list ...string) string { return list[r.rnd.IntN(len(list))] }

func (r *randomTree) name() string { return r.pick(randomNames...) }

func (r *randomTree) addUnit() {
	file := r.pick(randomDirs...) + "/" + r.name()
	if r.chance(12) {
		r.files[file] = ""
		return
	}
	r.files[file] = r.unitText(file)
}

func (r *randomTree) unitText(file string) string {
	var b strings.Builder
	b.WriteString(r.pick("[Unit]\nDescription=x\n", "[Service]\nExecStart=/bin/true\n", "", "# comment\n\n[X-Foo]\nBar=1\n"))
	if r.chance(25) {
		b.WriteString(r.pick("no equals\n", "[Other]\nA=b\n", "[broken\n", "=value\n"))
	}
	if r.chance(5) {
		return b.String()
	}
	b.WriteString("[Install]\n")
	if strings.Contains(file, "@") && r.chance(2) {
		b.WriteString("DefaultInstance=" + r.pick("x", "y", "def", "%p", "a/b", "") + "\n")
	}
	for range r.rnd.IntN(4) {
		fmt.Fprintf(&b, "%s=%s\n", r.pick("WantedBy", "WantedBy", "RequiredBy"), r.list("m.target", "n.target", "a.service", "k@.target", "k@x.target", "q.target", "%i.target", "%p-%i.target", "dev-%j.device", "missing@%i.service"))
	}
	if r.chance(3) {
		fmt.Fprintf(&b, "Alias=%s\n", r.list("al.service", "al@.service", "al@x.service", "b.service", "al.socket", "al.target", "m.target.wants/a.service", "m.target.requires/t@x.service", "%p-al.service", "%p-al@%i.service", "default.target"))
	}
	if r.chance(4) {
		fmt.Fprintf(&b, "Also=%s\n", r.list("b.service", "c.socket", "d.timer", "t@x.service", "nope.service", "t@%i.service", "%p.socket"))
	}
	if r.chance(12) {
		b.WriteString(r.pick("WantedBy=\n", "Alias=\n", "Foo=bar\n", "X-Foo=bar\n", "DefaultInstance=z\n", "WantedBy=\"un\n", "WantedBy=%Z.target\n", "garbage\n", "WantedBy=bad/name.target noType\n", "WantedBy=a.target \\\n b.target\n", "Also=bad/name\n", "Alias=%Z.service\n"))
	}
	return b.String()
}

func (r *randomTree) list(words ...string) string {
	var list []string
	for range 1 + r.rnd.IntN(2) {
		list = append(list, r.pick(words...))
	}
	return strings.Join(list, " ")
}

// addLink makes an alias, a mask, a linked unit, a dependency, a chain or something that leads nowhere.
func (r *randomTree) addLink() {
	dir, name := r.pick(linkDirs...), r.name()
	target := r.pick(randomDirs...) + "/" + r.name()
	switch r.rnd.IntN(8) {
	case 0:
		r.links[dir+"/"+name] = "/dev/null"
	case 1, 2, 3:
		of := r.pick("m.target", "n.target", "k@x.target", "q.target", "a.service") + r.pick(".wants", ".wants", ".requires")
		if r.chance(2) {
			target = "../" + name
		}
		r.links[dir+"/"+of+"/"+name] = target
	case 4:
		// A link of a name of its own, of the same type or not.
		link := r.pick("al.service", "other.service", "x.socket", "y.target", "al@.service", "al@x.service")
		r.links[dir+"/"+link] = target
	case 5:
		r.links[dir+"/"+name] = r.name()
	case 6:
		r.links[dir+"/"+name] = "/opt/" + r.pick(name, r.name())
	default:
		r.links[dir+"/"+name] = target
	}
}

func (r *randomTree) addDropIn() {
	dir := r.pick("/etc/systemd/system/", "/run/systemd/system/", "/usr/lib/systemd/system/", "/etc/systemd/system.control/") + r.name() + ".d"
	r.files[dir+"/"+r.pick("10-a.conf", "20-b.conf", "x.txt")] = r.unitText(dir)
}

func (r *randomTree) addPreset() {
	dir := r.pick("/etc", "/run", "/usr/lib", "/usr/local/lib") + "/systemd/system-preset/"
	var b strings.Builder
	for range 1 + r.rnd.IntN(3) {
		b.WriteString(r.pick("enable *", "disable *", "enable a.service", "disable a.*", "enable t@.service", "enable t@.service x y",
			"disable t@*", "enable u@.service bad/ins", "disable [bc].*", "enable ?.service", "# comment", "", "nonsense", "enable a.service x",
			"disable *.target", "enable k@.target x") + "\n")
	}
	r.files[dir+r.pick("10-a.preset", "20-b.preset", "90-z.preset", "x.conf")] = b.String()
}

// command is one that systemctl of version 252 knows.
func (r *randomTree) command() []string {
	verb := r.pick("enable", "enable", "enable", "disable", "disable", "reenable", "preset", "preset-all", "mask", "unmask", "link",
		"revert", "add-wants", "add-requires", "set-default", "get-default", "is-enabled", "is-enabled", "is-enabled", "list-unit-files")
	args := []string{verb}
	if verb == "list-unit-files" {
		return []string{verb}
	}
	if r.chance(5) && verb != "revert" {
		args = append(args, "--runtime")
	}
	if r.chance(6) {
		args = append(args, "--force")
	}
	if r.chance(20) {
		args = append(args, "--quiet")
	}
	switch verb {
	case "get-default":
	case "preset-all":
		if r.chance(4) {
			args = append(args, "--preset-mode="+r.pick("enable-only", "disable-only", "full"))
		}
	case "set-default":
		args = append(args, r.pick("m.target", "n", "n.target", "a.service", "default.target", "nope.target", "y.target"))
	case "link":
		args = append(args, "/opt/"+r.name())
		if r.chance(6) {
			args = append(args, r.pick("/opt/nope.service", "/usr/lib/systemd/system/a.service", "/opt", "/opt/not-a-unit", "relative.service"))
		}
	case "add-wants", "add-requires":
		args = append(args, r.pick("m.target", "n.target", "q.target", "k@x.target", "k@.target", "m"), r.target())
	default:
		args = append(args, r.target())
		for r.chance(4) {
			args = append(args, r.target())
		}
	}
	return args
}

// target is a unit as a user names it.
func (r *randomTree) target() string {
	if r.chance(2) {
		// One that is there.
		if files := r.units(); len(files) > 0 {
			return files[r.rnd.IntN(len(files))]
		}
	}
	if r.chance(12) {
		return r.pick("a", "t@x", "t@", "nope", "al", "a*", "x y", "opt/a.service", "/opt/a.service", "/usr/lib/systemd/system/a.service", "/opt/nope.service")
	}
	return r.name()
}

func (r *randomTree) units() (names []string) {
	for _, paths := range []map[string]string{r.files, r.links} {
		for file := range paths {
			if name := base(file); slices.Contains(randomNames, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
