package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pintle/firstrun"
)

// tree makes a tree of a short description: entries between blanks, each PATH=CONTENT with CONTENT "dir",
// ">TARGET" for a symlink, "!TARGET" for a dangling one, "@PATH" for a hard link of a file above, "pipe" for a FIFO, or the content of a file; a "?" before it is what the user may not
// read; then :UID:GID:MODE if they
// are not those of root.
func tree(t *testing.T, text string) *firstrun.Tree {
	t.Helper()
	tr := &firstrun.Tree{Entries: []firstrun.Entry{{Kind: firstrun.Directory, Attrs: firstrun.Attrs{Mode: 0o755}}}}
	for word := range strings.FieldsSeq(text) {
		path, what, ok := strings.Cut(word, "=")
		if !ok {
			t.Fatalf("%q is no entry", word)
		}
		what, owner, owned := strings.Cut(what, ":")
		what, left := strings.CutPrefix(what, "?")
		e := firstrun.Entry{Path: path, Attrs: firstrun.Attrs{Mode: 0o644}, Left: left}
		switch {
		case what == "dir":
			e.Kind, e.Mode = firstrun.Directory, 0o755
		case what == "":
			e.Kind = firstrun.File
		case what == "pipe":
			e.Kind = firstrun.FIFO
		case what[0] == '>' || what[0] == '!':
			e.Kind, e.Target, e.Dangling, e.Mode = firstrun.Symlink, what[1:], what[0] == '!', 0o777
		case what[0] == '@':
			first := tr.Entries[slices.IndexFunc(tr.Entries, func(e firstrun.Entry) bool { return e.Path == what[1:] })]
			e.Kind, e.Digest, e.Size, e.Attrs, e.Hard = firstrun.File, first.Digest, first.Size, first.Attrs, what[1:]
		default:
			e.Kind, e.Digest, e.Size = firstrun.File, "sha256:"+what, int64(len(what))
		}
		if owned {
			_, err := fmt.Sscanf(owner, "%d:%d:%o", &e.UID, &e.GID, &e.Mode)
			if err != nil {
				t.Fatal(err)
			}
		}
		tr.Entries = append(tr.Entries, e)
	}
	slices.SortFunc(tr.Entries, func(a, b firstrun.Entry) int { return firstrun.ComparePaths(a.Path, b.Path) })
	return tr
}

// brief describes a plan: what is done, in order, without what only prepares for the way back or sets times.
func brief(ops []firstrun.Op) string {
	var words []string
	for _, op := range ops {
		switch op.Do {
		case firstrun.Hold:
			continue
		case firstrun.Check:
			words = append(words, "keep:"+op.Path)
		case firstrun.Move:
			words = append(words, "move:"+op.Path+">"+op.To)
		case firstrun.Meta:
			if op.Why != "" {
				words = append(words, fmt.Sprintf("meta:%s:%d:%d:%o", op.Path, op.New.UID, op.New.GID, op.New.Mode))
			}
		case firstrun.Put:
			word := "put:" + op.Path
			if op.Source != "" {
				word += "<" + string(op.From[0]) + ":" + op.Source
			}
			if op.Alone {
				word += ":alone"
			}
			words = append(words, word)
		default:
			words = append(words, string(op.Do)+":"+op.Path)
		}
	}
	return strings.Join(words, " ")
}

// The cases of docs/upgrade.md, each with its answer. B is the baseline, V the volume, T the new image.
func TestCases(t *testing.T) {
	for _, c := range []struct {
		name          string
		base          string // "-": a volume without manifest
		volume, image string
		want          string
		replace       string // the answer of policy replace, where it differs
	}{
		{"nothing changed", "f=a", "f=a", "f=a", "", ""},
		{"new in the image", "", "", "f=a", "put:f", ""},
		{"new directory with content", "", "", "d=dir d/f=a d/g=b", "put:d", ""},
		{"new in a directory that is there", "d=dir", "d=dir", "d=dir d/f=a", "put:d/f", ""},
		{"changed in the image only", "f=a", "f=a", "f=b", "put:f", ""},
		{"changed on the volume only", "f=a", "f=mine", "f=a", "keep:f", ""},
		{"changed by both alike", "f=a", "f=b", "f=b", "", ""},
		{"changed by both", "f=a", "f=mine", "f=b", "keep:f put:f.pintle-new<t:f", "put:f.pintle-save<v:f put:f"},
		{"changed by both, saved before", "f=a", "f=mine f.pintle-save=x", "f=b", "keep:f put:f.pintle-new<t:f",
			"put:f.pintle-save.2<v:f put:f"},
		{"removed on the volume", "f=a", "", "f=a", "keep:f", ""},
		{"removed on the volume, changed in the image", "f=a", "", "f=b", "keep:f", ""},
		{"directory removed on the volume", "d=dir d/f=a", "", "d=dir d/f=a d/new=b", "put:d:alone keep:d/f put:d/new", ""},
		{"dangling symlink where the image has a file", "f=a", "f=!gone", "f=a", "put:f.pintle-save<v:f put:f", ""},
		{"dangling symlink where the image has a directory", "", "d=!gone", "d=dir d/f=a", "put:d.pintle-save<v:d put:d", ""},
		{"dangling symlink of the admin where the image's own became a file", "l=>later", "l=!gone", "l=a", "put:l.pintle-save<v:l put:l", ""},
		{"dangling symlink of the last image where this one has a file", "l=>later", "l=!later", "l=a", "put:l", ""},
		{"dangling symlink that the image has, too, with another target", "l=>later", "l=!gone", "l=>later", "keep:l", ""},
		{"dangling symlink of the image itself", "l=>later", "l=!later", "l=>later", "", ""},

		{"symlink changed in the image", "l=>a", "l=>a", "l=>b", "put:l", ""},
		{"symlink changed on the volume", "l=>a", "l=>mine", "l=>a", "keep:l", ""},
		{"symlink changed by both", "l=>a", "l=>mine", "l=>b", "keep:l put:l.pintle-new<t:l", "put:l.pintle-save<v:l put:l"},

		{"file becomes directory", "x=a", "x=a", "x=dir x/f=b", "put:x", ""},
		{"file becomes directory, changed on the volume", "x=a", "x=mine", "x=dir x/f=b", "keep:x put:x.pintle-new<t:x", "put:x.pintle-save<v:x put:x"},
		{"file becomes symlink", "x=a", "x=a", "x=>b", "put:x", ""},
		{"symlink becomes directory", "x=>a", "x=>a", "x=dir x/f=b", "put:x", ""},
		{"symlink becomes file", "x=>a", "x=>a", "x=b", "put:x", ""},
		{"directory becomes file", "x=dir x/f=a", "x=dir x/f=a", "x=b", "put:x", ""},
		{"directory becomes symlink", "x=dir x/f=a", "x=dir x/f=a", "x=>b", "put:x", ""},
		{"directory becomes file, and more is in it", "x=dir x/f=a", "x=dir x/f=a x/mine=b", "x=b", "move:x>x.pintle-save put:x", ""},
		{"directory becomes symlink, and is gone from the volume", "x=dir x/f=a", "", "x=>b", "keep:x", ""},
		{"symlink becomes directory, changed on the volume", "x=>a", "x=>mine", "x=dir x/f=b", "keep:x put:x.pintle-new<t:x", "put:x.pintle-save<v:x put:x"},
		{"file became directory on the volume", "x=a", "x=dir x/y=z", "x=a", "keep:x", ""},
		{"file became directory on the volume, changed in the image", "x=a", "x=dir x/y=z", "x=b", "keep:x put:x.pintle-new<t:x", "move:x>x.pintle-save put:x"},
		{"FIFO that nobody changed", "p=pipe", "p=pipe", "p=pipe", "", ""},
		{"FIFO becomes file", "p=pipe", "p=pipe", "p=a", "put:p", ""},
		{"FIFO of the volume where the image has a file", "p=a", "p=pipe", "p=b", "keep:p put:p.pintle-new<t:p", "put:p.pintle-save<v:p put:p"},
		{"directory became symlink on the volume", "x=dir x/f=a", "x=>elsewhere", "x=dir x/f=b", "keep:x", ""},
		{"directory became symlink on the volume only", "x=dir", "x=>elsewhere", "x=dir", "keep:x", ""},
		{"directory became file on the volume, image unchanged", "x=dir x/f=a", "x=mine", "x=dir x/f=a", "keep:x", ""},

		{"dropped from the image", "f=a", "f=a", "", "drop:f", ""},
		{"dropped from the image, changed on the volume", "f=a", "f=mine", "", "move:f>f.pintle-save", ""},
		{"dropped from the image and from the volume", "f=a", "", "", "", ""},
		{"dropped from the image, a directory on the volume", "f=a", "f=dir f/mine=x", "", "keep:f", ""},
		{"directory dropped, a symlink on the volume", "d=dir d/f=a", "d=>elsewhere", "", "move:d>d.pintle-save", ""},
		{"directory dropped, a symlink to nowhere on the volume", "d=dir d/f=a", "d=!gone", "", "move:d>d.pintle-save", ""},
		{"directory dropped", "d=dir d/f=a", "d=dir d/f=a d/mine=b", "", "drop:d/f drop-dir:d", ""},
		{"directories dropped, the deepest first", "d=dir d/e=dir", "d=dir d/e=dir", "", "drop-dir:d/e drop-dir:d", ""},
		{"of the volume alone", "", "f=mine d=dir d/x=y", "", "", ""},

		{"owner changed in the image", "f=a:0:0:644", "f=a:0:0:644", "f=a:0:42:640", "meta:f:0:42:640", ""},
		{"owner changed on the volume", "f=a:0:0:644", "f=a:7:7:600", "f=a:0:0:644", "", ""},
		{"mode changed by both", "f=a:0:0:644", "f=a:0:0:600", "f=a:0:0:640", "", "meta:f:0:0:640"},
		{"mode kept when the content is updated", "f=a:0:0:644", "f=a:0:0:600", "f=b:0:0:644", "put:f meta:f:0:0:600", ""},
		{"number of a user changed", "d=dir:101:101:755", "d=dir:101:101:755 d/db=x:101:0:600 d/roots=y", "d=dir:102:103:755",
			"meta:d/db:102:0:600 meta:d:102:103:755", ""},
		{"what becomes root's says nothing about the rest", "d=dir:101:0:755", "d=dir:101:0:755 d/db=x:101:0:600", "d=dir:0:0:755", "meta:d:0:0:755", ""},

		{"number of a user became those of several", "a=x:101:0:644 b=x:101:0:644", "a=x:101:0:644 b=x:101:0:644 mine=y:101:0:600", "a=x:102:0:644 b=x:103:0:644",
			"meta:b:103:0:644 meta:a:102:0:644", ""},

		{"the user may not read the volume's", "f=a", "f=?", "f=b", "keep:f", ""},
		{"the user may not read the volume's directory", "d=dir d/f=a d/g=a", "d=?dir", "d=dir d/f=b", "keep:d", ""},
		{"the user may not read the volume's directory, dropped", "d=dir d/f=a", "d=?dir", "", "keep:d", ""},
		{"the user may not read the image's directory", "d=dir d/f=a", "d=dir d/f=a", "d=?dir", "keep:d", ""},
		{"the user may not read the image's file", "f=a", "f=a", "f=?", "keep:f", ""},
		{"the user may not read what the volume alone has", "", "d=?dir f=?", "", "", ""},

		{"the container's own, which the last image brought", "own/key=a own=dir", "own/key=a own=dir", "own=dir", "drop:own/key", ""},
		{"the container's own, which it has made", "own/key=a own=dir", "own/key=mine own=dir", "own=dir", "keep:own/key", ""},

		{"two files become one of two names", "a=x b=x", "a=x b=x", "a=x b=@a", "put:a put:b", ""},
		{"a file gets another name", "a=x", "a=x", "a=x b=@a", "put:b put:a", ""},
		{"a file gets another name, in a new directory", "a=x", "a=x", "a=x d=dir d/b=@a", "put:d put:a", ""},
		{"a file of two names changes", "a=x b=@a", "a=x b=@a", "a=y b=@a", "put:a put:b", ""},
		{"a file of two names, nothing changed", "a=x b=@a", "a=x b=@a", "a=x b=@a", "", ""},
		{"two files become one, one is changed on the volume", "a=x b=x", "a=mine b=x", "a=x b=@a", "keep:a", ""},
		{"two files become one, one is removed on the volume", "a=x b=x", "a=x", "a=x b=@a", "keep:b", ""},
		{"two files become one, one has another mode on the volume", "a=x b=x", "a=x b=x:0:0:600", "a=x b=@a", "", ""},
		{"a file of two names was separated on the volume", "a=x b=@a", "a=x b=x", "a=x b=@a", "", ""},
		{"a file of two names becomes two files", "a=x b=@a", "a=x b=@a", "a=x b=x", "put:b", ""},
		{"two files were joined on the volume", "a=x b=x", "a=x b=@a", "a=x b=x", "", ""},
		{"a name of the volume alone for a file of the image", "a=x", "a=x mine=@a", "a=y", "put:a", ""},
		{"no manifest: two files, one in the image", "-", "a=x b=x", "a=x b=@a", "put:a put:b", ""},

		{"no manifest: the same", "-", "f=a", "f=a", "", ""},
		{"no manifest: different", "-", "f=mine", "f=b", "keep:f put:f.pintle-new<t:f", "put:f.pintle-save<v:f put:f"},
		{"no manifest: a known old file", "-", "etc=dir etc/f=" + vanilla, "etc=dir etc/f=b", "put:etc/f", ""},
		{"no manifest: a known old file that was dropped", "-", "etc=dir etc/f=" + vanilla, "etc=dir", "drop:etc/f", ""},
		{"no manifest: a file where the image has a directory", "-", "x=mine", "x=dir x/f=a", "put:x.pintle-save<v:x put:x", ""},
		{"no manifest: a symlink where the image has a directory", "-", "x=>elsewhere", "x=dir x/f=a", "keep:x", ""},
		{"no manifest: a directory where the image has a file", "-", "x=dir x/y=z", "x=a", "keep:x put:x.pintle-new<t:x", "move:x>x.pintle-save put:x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, policy := range []Policy{Keep, Replace} {
				in := Inputs{Volume: tree(t, c.volume), Template: tree(t, c.image),
					Policy: func(string) Policy { return policy }, Own: func(path string) bool { return path == "own/key" }, Vanilla: map[string][]string{"etc/f": {"sha256:" + vanilla}}}
				if c.base != "-" {
					in.Base = tree(t, c.base)
				}
				want := c.want
				if policy == Replace {
					want = cmp.Or(c.replace, c.want)
				}
				if got := brief(Plan(in)); got != want {
					t.Errorf("policy %s:\n got %s\nwant %s", policy, got, want)
				}
			}
		})
	}
}

const vanilla = "0123456789abcdef"

// Every extended attribute is decided about like owner and mode.
func TestAttributesByThreeWays(t *testing.T) {
	for _, c := range []struct{ base, volume, image, want, replace string }{
		{"a", "a", "b", "b", "b"},
		{"a", "mine", "a", "mine", "mine"},
		{"a", "mine", "b", "mine", "b"},
		{"a", "a", "", "", ""},
		{"a", "", "a", "", ""},
		{"", "", "b", "b", "b"},
		{"", "mine", "", "mine", "mine"},
	} {
		entry := func(value string) *firstrun.Entry {
			e := &firstrun.Entry{Path: "f", Kind: firstrun.File, Attrs: firstrun.Attrs{Mode: 0o644, Xattrs: firstrun.Xattrs{"user.steady": "s"}}}
			if value != "" {
				e.Xattrs["user.x"] = value
			}
			return e
		}
		for policy, want := range map[Policy]string{Keep: c.want, Replace: c.replace} {
			p := planner{Inputs: Inputs{Policy: func(string) Policy { return policy }}}
			got := p.merged(entry(c.image), entry(c.volume), entry(c.base))
			if got.Xattrs["user.x"] != want || got.Xattrs["user.steady"] != "s" || len(got.Xattrs) > 2 {
				t.Errorf("%+v, %s: %v", c, policy, got.Xattrs)
			}
		}
	}
}

// Lists of patterns differ from the policy: for what they name, and all below it.
func TestPolicies(t *testing.T) {
	c := Config{Policy: Keep, Keep: []string{"/etc/app/local*"}, Replace: []string{"/etc/app", "*.conf"}}
	for path, want := range map[string]Policy{
		"etc/other": Keep, "etc/app": Replace, "etc/app/deep/file": Replace, "etc/app/local.conf": Keep, "etc/app/local.d/x": Keep, "top.conf": Replace, "etc/x.conf": Keep,
	} {
		if got := c.Policies(path); got != want {
			t.Errorf("%s: %s, not %s", path, got, want)
		}
	}
}

func TestCompareBuildIDs(t *testing.T) {
	for _, c := range []struct {
		volume, image string
		want          Relation
	}{
		{"", "a", Missing},
		{"a", "a", Equal},
		{"a 2026-01-01T00:00:00Z", "a 2026-02-01T00:00:00Z", Equal},
		{"a 2026-01-01T00:00:00Z", "b 2026-02-01T00:00:00Z", Newer},
		{"b 2026-02-01T00:00:00+01:00", "a 2026-01-01T00:00:00Z", Older},
		{"a", "b", Unknown},
		{"a", "b 2026-02-01T00:00:00Z", Unknown},
	} {
		volume, err := ParseBuildID(c.volume)
		image, err2 := ParseBuildID(c.image)
		if got := Compare(volume, image); got != c.want || err != nil || err2 != nil {
			t.Errorf("%q, %q: %s, not %s (%v, %v)", c.volume, c.image, got, c.want, err, err2)
		}
	}
	if _, err := ParseBuildID("one two three"); err == nil {
		t.Error("three words are a build id")
	}
}

func TestChain(t *testing.T) {
	step := func(from, to string) VersionStep { return VersionStep{From: from, To: to, Path: from + "-" + to} }
	steps := []VersionStep{step("1", "2"), step("2", "3"), step("3", "4"), step("2", "4"), step("4", "2")}
	for _, c := range []struct {
		from, to, want string
		fails          bool
	}{
		{"1", "1", "", false},
		{"1", "2", "1-2", false},
		{"1", "4", "1-2 2-4", false},
		{"1", "3", "1-2 2-3", false},
		{"3", "1", "", true},
		{"5", "4", "", true},
		{"1", "", "", false},
		{"", "4", "", false}, // from before versions, and no step begins there
	} {
		chain, err := Chain(steps, c.from, c.to)
		var got []string
		for _, s := range chain {
			got = append(got, s.Path)
		}
		if strings.Join(got, " ") != c.want || (err != nil) != c.fails {
			t.Errorf("%s to %s: %v, %v", c.from, c.to, got, err)
		}
	}
}

func TestParseVanilla(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	got, err := ParseVanilla("list", "/data", []byte("# known\n"+sum+"  /data/etc/a\n"+sum+" *etc/b c\n"))
	if err != nil || len(got) != 2 || got["etc/a"][0] != "sha256:"+sum || got["etc/b c"] == nil {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"abc  /etc/a", sum, sum + "  ../etc"} {
		if _, err := ParseVanilla("list", "/data", []byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "cannot use list:1: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
