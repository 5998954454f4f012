package units

import (
	"encoding/json"
	"strings"
	"testing"

	"pintle/vectors"
)

func TestVectorsUnitNames(t *testing.T) {
	vectors.Run(t, "unit_names", func(t *testing.T, row struct {
		Fn       string
		Input    json.RawMessage
		Expected json.RawMessage
	}) {
		var in []vectors.Text
		if row.Input[0] == '[' {
			if err := json.Unmarshal(row.Input, &in); err != nil {
				t.Fatal(err)
			}
		} else {
			in = make([]vectors.Text, 1)
			if err := json.Unmarshal(row.Input, &in[0]); err != nil {
				t.Fatal(err)
			}
		}
		args := append(texts(in), "", "")
		var want outcome
		if row.Expected[0] == '{' {
			if err := json.Unmarshal(row.Expected, &want); err != nil {
				t.Fatal(err)
			}
		}
		check := func(got any, err error) { t.Helper(); want.check(t, args, got, err) }
		switch row.Fn {
		case "unit_name_is_valid":
			same(t, args[0], map[string]bool{
				"plain": ValidName(args[0], PlainName), "template": ValidName(args[0], TemplateName),
				"instance": ValidName(args[0], InstanceName),
			}, row.Expected)
		case "unit_name_escape":
			same(t, args[0], Escape(args[0]), row.Expected)
		case "unit_name_unescape":
			check(Unescape(args[0]))
		case "unit_name_path_escape":
			check(EscapePath(args[0]))
		case "unit_name_path_unescape":
			check(UnescapePath(args[0]))
		case "unit_name_from_path":
			check(NameFromPath(args[0], args[1]))
		case "unit_name_from_path_instance":
			check(NameFromPathInstance(args[0], args[1], args[2]))
		case "unit_name_to_path":
			check(PathFromName(args[0]))
		case "unit_name_to_prefix":
			_, err := checkName(args[0], AnyName)
			check(NamePrefix(args[0]), err)
		case "unit_name_to_instance":
			var kind struct{ Kind string }
			_ = json.Unmarshal(row.Expected, &kind)
			_, err := checkName(args[0], AnyName)
			check(NameInstance(args[0]), err)
			if names := map[NameKind]string{PlainName: "plain", TemplateName: "template", InstanceName: "instance"}; names[KindOfName(args[0])] != kind.Kind {
				t.Errorf("%q is a %s, want %s", args[0], names[KindOfName(args[0])], kind.Kind)
			}
		case "unit_name_template":
			check(Template(args[0]))
		case "unit_name_replace_instance":
			check(Instantiate(args[0], args[1]))
		case "unit_name_change_suffix":
			check(ChangeType(args[0], args[1]))
		case "unit_name_build":
			check(BuildName(args[0], args[1], args[2]))
		case "slice_build_parent_slice":
			check(ParentSlice(args[0]))
		case "slice_name_is_valid":
			same(t, args[0], ValidSlice(args[0]), row.Expected)
		default:
			rest, ok := strings.CutPrefix(row.Fn, "unit_name_mangle(")
			mode, suffix, ok2 := strings.Cut(strings.TrimSuffix(rest, ")"), ", suffix=")
			if !ok || !ok2 {
				t.Fatalf("unknown function %s", row.Fn)
			}
			check(MangleName(args[0], suffix, mode == "glob"))
		}
	})
}

func TestNameParts(t *testing.T) {
	for _, c := range []struct{ name, kind, prefix, instance, stem string }{
		{"foo.service", "service", "foo", "", "foo"},
		{"foo@bar@x.socket", "socket", "foo", "bar@x", "foo@bar@x"},
		{"foo@.timer", "timer", "foo", "", "foo@"},
		{"nothing", "", "nothing", "", "nothing"},
	} {
		if NameType(c.name) != c.kind || NamePrefix(c.name) != c.prefix || NameInstance(c.name) != c.instance || NameStem(c.name) != c.stem {
			t.Errorf("%s comes apart as %q %q %q %q", c.name, NameType(c.name), NamePrefix(c.name), NameInstance(c.name), NameStem(c.name))
		}
	}
	if p, err := ParentSlice("-.slice"); p != "" || err != nil {
		t.Errorf("the root slice lies in %q, %v", p, err)
	}
}

func FuzzUnitNames(f *testing.F) {
	for _, s := range []string{"", "foo.service", "foo@bar.service", "/dev/sda-1", `a\x2db`, "..", "ä b", "*.timer"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.Contains(s, "\x00") {
			if back, err := Unescape(Escape(s)); back != s || err != nil {
				t.Errorf("Unescape(Escape(%q)) = %q, %v", s, back, err)
			}
		}
		if e, err := EscapePath(s); err == nil {
			want := SimplifyPath("/" + s)
			if back, err := UnescapePath(e); back != want && !strings.Contains(s, "\x00") || err != nil {
				t.Errorf("UnescapePath(EscapePath(%q)) = %q, %v; want %q", s, back, err, want)
			}
		}
		if m, err := MangleName(s, ".service", false); err == nil {
			if !ValidName(m, AnyName) {
				t.Errorf("%q is mangled to %q, which is no name", s, m)
			}
			if again, _ := MangleName(m, ".service", false); again != m {
				t.Errorf("%q is mangled to %q and then to %q", s, m, again)
			}
		}
		if ValidName(s, InstanceName) {
			tmpl, err := Template(s)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := Instantiate(tmpl, NameInstance(s)); back != s || err != nil {
				t.Errorf("%q of %q is %q, %v", NameInstance(s), tmpl, back, err)
			}
		}
		if p := SimplifyPath(s); SimplifyPath(p) != p {
			t.Errorf("SimplifyPath(%q) = %q is simplified further", s, p)
		}
	})
}

// The name is the one systemd itself gives.
func TestLongPathsAreHashed(t *testing.T) {
	got, err := NameFromPath("/waldo/"+strings.Repeat("abcdefg/", 40), ".mount")
	if err != nil || len(got) != unitNameMax || !strings.HasSuffix(got, "_32eccc773daa49b8.mount") {
		t.Errorf("a long path gives %q, %v", got, err)
	}
}
