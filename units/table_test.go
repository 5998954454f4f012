package units

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestEveryDirectiveIsKnown holds the table against the list of all directives of systemd.
func TestEveryDirectiveIsKnown(t *testing.T) {
	data, err := os.ReadFile("testdata/directives.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")[1:]
	if len(rows) < 1300 {
		t.Fatalf("only %d rows", len(rows))
	}
	known := map[string]bool{}
	for _, row := range rows {
		f := strings.Split(row, "\t")
		known[f[0]+"."+f[1]] = true
		s, ok := Lookup(f[0], f[1])
		switch {
		case !ok:
			t.Errorf("[%s] %s is not known", f[0], f[1])
		case s.parse == nil:
			t.Errorf("[%s] %s: no grammar %q", f[0], f[1], s.Parser)
		case s.Level != Enforced && s.Level != IfPermitted && s.Level != Accepted:
			t.Errorf("[%s] %s: no level", f[0], f[1])
		case s.Level != Enforced && s.Note == "":
			t.Errorf("[%s] %s is %s and nothing says why", f[0], f[1], s.Level)
		case strings.Contains(f[4], "warn_compat") != (s.Parser == "ignored"):
			t.Errorf("[%s] %s: grammar %s for %s", f[0], f[1], s.Parser, f[4])
		}
	}
	for section := range sectionParts {
		for name := range table(section) {
			if !known[section+"."+name] {
				t.Errorf("[%s] %s is no directive of systemd", section, name)
			}
		}
	}
}

func TestEveryDefaultParses(t *testing.T) {
	u := &Unit{Name: "x.service", Service: &ServiceSettings{}}
	l := &loading{unit: u, x: Specifiers{Unit: u.Name}}
	for section := range sectionParts {
		for _, s := range Settings(section) {
			if s.Default == "" {
				continue
			}
			dst := reflect.New(partTypes[s.part].Field(s.index).Type).Interface()
			if err := s.parse(&line{load: l, x: &l.x, key: s.Name, set: &s, unit: u}, dst, s.Default); err != nil {
				t.Errorf("[%s] %s: default %q: %v", section, s.Name, s.Default, err)
			}
		}
	}
}

// TestEveryGrammarFitsItsField gives every setting values of many kinds: none may panic, whatever it says.
func TestEveryGrammarFitsItsField(t *testing.T) {
	values := []string{"", "yes", "1", "-1", "infinity", "a.service", "/a/b", "a:b", "~a b", "%n %q", "\"", "\\", "a b c", ":", "/:x:ro", "100%", "é", "|!/x", "~", "-", "fd:x", "CAP_CHOWN", "[::1]:80", "0-3,9"}
	for section := range sectionParts {
		for name := range table(section) {
			s, _ := Lookup(section, name)
			g := NewGraph(Options{})
			u := &Unit{Name: "x." + strings.ToLower(section)}
			if section == "Unit" || section == "Install" {
				u.Name = "x.service"
			}
			l := &loading{g: g, unit: u, x: Specifiers{Unit: u.Name}}
			l.start()
			for _, v := range values {
				_ = l.assign(Assignment{section, name, v, 1})
				if u.part(s.part).IsNil() {
					t.Fatalf("[%s] %s has no struct", section, name)
				}
			}
		}
	}
}

// TestTagsAsReflectReadsThem holds our one-pass reading of tags against reflect's.
func TestTagsAsReflectReadsThem(t *testing.T) {
	for p := range parts {
		for i := range partTypes[p].NumField() {
			f := partTypes[p].Field(i)
			is := tagOf(f)
			if strings.HasPrefix(string(f.Tag), "default:") || strings.HasPrefix(string(f.Tag), "moved:") {
				t.Errorf("%s.%s begins with a tag that is looked for behind a blank", partTypes[p].Name(), f.Name)
			}
			if p != partUnit && is.moved != "" {
				t.Errorf("%s.%s has the tag moved, which is looked for in %s only", partTypes[p].Name(), f.Name, partTypes[partUnit].Name())
			}
			for key, have := range map[string]string{"parse": is.parse, "level": is.level, "why": is.why, "default": is.preset,
				"alias": is.alias, "obsolete": is.obsolete, "moved": is.moved, "names": is.names} {
				if want := f.Tag.Get(key); have != want {
					t.Errorf("%s.%s: %s is %q, want %q", partTypes[p].Name(), f.Name, key, have, want)
				}
			}
		}
	}
}

// A setting is the same whether it is made by itself or with all of its section.
func TestSettingsAreMadeOneByOne(t *testing.T) {
	for section := range sectionParts {
		for name, want := range table(section) {
			alone := &sectionTable{section: section, known: map[string]*Setting{}}
			got := alone.find(name)
			if got == nil {
				t.Errorf("[%s] %s is not found by itself", section, name)
				continue
			}
			g, w := *got, *want
			g.parse, w.parse = nil, nil // functions cannot be compared; Parser names them
			if !reflect.DeepEqual(g, w) {
				t.Errorf("[%s] %s by itself is %+v, not %+v", section, name, g, w)
			}
		}
		if s := (&sectionTable{section: section, known: map[string]*Setting{}}).find("NoSuchSetting"); s != nil {
			t.Errorf("[%s] has NoSuchSetting: %+v", section, s)
		}
	}
}
