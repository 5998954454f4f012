package units

import (
	"path"
	"slices"
	"strings"
)

// FileState is how a unit's file is installed (systemctl(1), is-enabled): "masked", "generated", "transient",
// "static" for one that cannot be enabled, "enabled" if a link of any directory on the search path makes it be
// started, else "disabled". A mask or link in /run adds "-runtime". It is empty for a unit without a file.
func (g *Graph) FileState(name string) string {
	u := g.Load(name)
	runtime := func(state, file string) string {
		if strings.HasPrefix(file, "/run/") {
			return state + "-runtime"
		}
		return state
	}
	switch dir := path.Dir(u.Fragment); {
	case u.State == Masked:
		return runtime("masked", g.maskOf(u.Name))
	case u.Fragment == "":
		return ""
	case strings.HasPrefix(path.Base(dir), "generator"):
		return "generated"
	case path.Base(dir) == "transient":
		return "transient"
	}
	if len(u.Install.WantedBy)+len(u.Install.RequiredBy)+len(u.Install.UpheldBy)+len(u.Install.Alias)+len(u.Install.Also) == 0 {
		return "static"
	}
	state := "disabled"
	for _, link := range g.installedLinks(u) {
		if state = runtime("enabled", link); state == "enabled" {
			break
		}
	}
	if state == "disabled" && len(u.Install.WantedBy)+len(u.Install.RequiredBy)+len(u.Install.UpheldBy)+len(u.Install.Alias) == 0 {
		return "indirect"
	}
	return state
}

// maskOf is the file or link that masks a unit.
func (g *Graph) maskOf(name string) string {
	if file, ok := g.index.files[name]; ok {
		return file.path
	}
	return ""
}

// installedLinks are the links that enabling the unit would make and that are there.
func (g *Graph) installedLinks(u *Unit) (links []string) {
	for _, to := range []struct {
		names  []string
		suffix string
	}{{u.Install.WantedBy, ".wants"}, {u.Install.RequiredBy, ".requires"}, {u.Install.UpheldBy, ".upholds"}} {
		for _, target := range to.names {
			for _, dir := range g.index.subdirs[target+to.suffix] {
				for _, e := range g.index.list(dir) {
					if e.Name() == u.Name {
						links = append(links, dir+"/"+e.Name())
					}
				}
			}
		}
	}
	for _, alias := range u.Install.Alias {
		if slices.Contains(u.Aliases, alias) {
			links = append(links, g.index.files[alias].path)
		}
	}
	return links
}
