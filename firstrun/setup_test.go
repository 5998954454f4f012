package firstrun_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pintle/firstrun"
	"pintle/firstrun/faulty"
)

// Setup gets what it asks for and nothing else, tells no secret, goes on where it failed, and is done once.
func TestSetup(t *testing.T) {
	volume, given := faulty.Scratch(t), filepath.Join(t.TempDir(), "given")
	v := openVolume(t, &firstrun.Sys{}, volume)
	faulty.Must(t, v.MakeState())
	faulty.Must(t, v.WriteState(firstrun.BuildIDFile, []byte("one\n")))
	s := &firstrun.Setup{
		Commands: []string{
			`echo first "$1" >> "$PINTLE_VOLUME/done"`,
			`printf "realm %s, password %s, other %s" "$REALM" "$(cat "$PASSWORD_FILE")" "$OTHER"; test -e "$PINTLE_VOLUME/ready" || exit 7`,
		},
		Environment: []string{"REALM"}, Secrets: []string{"PASSWORD"},
	}
	environ := []string{"REALM=R", "PASSWORD=s3cret", "OTHER=no business of theirs"}
	faulty.Must(t, s.Provide(given, environ, []string{"word"}))
	if info, err := os.Stat(filepath.Join(given, "secret.PASSWORD")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the secret: %v, %v", info, err)
	}

	var out bytes.Buffer
	var failed *firstrun.SetupError
	if err := v.RunSetup(s, given, &out); !errors.As(err, &failed) || failed.Status != 7 {
		t.Fatalf("setup ended with %v", err)
	}
	log, err := os.ReadFile(failed.Log)
	faulty.Must(t, err)
	for what, text := range map[string]string{"the output": out.String(), "the log": string(log)} {
		if text != "realm R, password ***, other \n" {
			t.Errorf("%s is %q", what, text)
		}
	}
	if done, _ := v.Configured(); done {
		t.Error("a setup that failed is done")
	}

	faulty.Must(t, os.WriteFile(filepath.Join(volume, "ready"), nil, 0o644))
	faulty.Must(t, v.RunSetup(s, given, &out))
	faulty.Must(t, v.RunSetup(s, given, &out))
	if text, _ := os.ReadFile(filepath.Join(volume, "done")); string(text) != "first word\n" {
		t.Errorf("the first command has left %q", text)
	}
	if _, err := os.Stat(given); err == nil {
		t.Error("what setup was given is still there")
	}
}

// A unit gets what commands get, by a file of variables.
func TestWhatAUnitOfSetupIsGiven(t *testing.T) {
	given := filepath.Join(t.TempDir(), "given")
	s := &firstrun.Setup{Unit: "first.service", Environment: []string{"REALM"}, Secrets: []string{"PASSWORD", "OTHER"}}
	faulty.Must(t, s.Provide(given, nil, []string{"--no-ntp", "a b"}))
	faulty.Must(t, s.Provide(given, []string{`REALM=a "b" $c \d`, "PASSWORD=s3cret"}, nil))
	text, err := os.ReadFile(filepath.Join(given, firstrun.UnitEnvironment))
	faulty.Must(t, err)
	want := `REALM="a \"b\" \$c \\d"` + "\n" + `PASSWORD_FILE="` + given + `/secret.PASSWORD"` + "\n" + `PINTLE_ARGUMENTS_FILE="` + given + `/arguments"` + "\n"
	if string(text) != want {
		t.Errorf("it is given\n%snot\n%s", text, want)
	}
	if text, _ := os.ReadFile(filepath.Join(given, "arguments")); string(text) != "--no-ntp\x00a b\x00" {
		t.Errorf("its arguments are %q", text)
	}
}

// Every container has host keys of its own: those of the image do not come, and a command makes others, once. A
// volume that has keys already keeps them.
func TestPrepare(t *testing.T) {
	b := faulty.Builder{T: t, Root: faulty.Scratch(t)}
	b.File("template/etc/ssh/ssh_host_rsa_key", "the image's", 0o600)
	b.File("template/etc/ssh/ssh_host.d/key", "the image's", 0o600)
	b.File("template/etc/ssh/sshd_config", "the image's", 0o644)
	b.File("volume/etc/ssh/ssh_host_dsa_key", "kept", 0o600)
	template, err := firstrun.OpenTemplate(&firstrun.Sys{}, b.Path("template"), 0)
	faulty.Must(t, err)
	defer template.Close()
	template.Exclude([]string{"/etc/ssh/ssh_host*"})
	v := openVolume(t, &firstrun.Sys{}, b.Path("volume"))
	_, err = v.Populate(template, firstrun.PopulateOptions{BuildID: "one"})
	faulty.Must(t, err)
	for range 2 {
		faulty.Must(t, v.Prepare([]string{`echo own >> "$PINTLE_VOLUME/etc/ssh/ssh_host_rsa_key"`}, os.Stderr))
	}
	for name, want := range map[string]string{"ssh_host_rsa_key": "own\n", "ssh_host_dsa_key": "kept", "ssh_host.d/key": "", "sshd_config": "the image's"} {
		if got, _ := os.ReadFile(b.Path("volume/etc/ssh/" + name)); string(got) != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	template.Tree = nil
	template.Exclude([]string{"[bad"})
	if err := template.List(); err == nil || !strings.Contains(err.Error(), `pattern "[bad"`) {
		t.Errorf("a bad pattern: %v", err)
	}
}

func TestHostsWith(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"127.0.0.1\tlocalhost\n172.17.0.2\tabc\n", "127.0.0.1\tlocalhost\n172.17.0.2\tipa.example.org ipa abc\n"},
		{"172.17.0.2\tabc # by the engine\n", "172.17.0.2\tipa.example.org ipa abc# by the engine\n"},
		{"127.0.0.1 localhost\n", "127.0.0.1 localhost\n127.0.1.1\tipa.example.org ipa\n"},
		{"10.0.0.1 ipa.example.org abc\n", "10.0.0.1 ipa.example.org abc\n"},
	} {
		if got := firstrun.HostsWith(c.text, "abc", "ipa.example.org"); got != c.want {
			t.Errorf("%q became %q, not %q", c.text, got, c.want)
		}
	}
}

// The file stays the same file, which an engine has mounted; a link of it shows that.
func TestWriteInPlace(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "hosts"), filepath.Join(dir, "link")
	faulty.Must(t, os.WriteFile(path, []byte("a long content\n"), 0o644))
	faulty.Must(t, os.Link(path, link))
	faulty.Must(t, firstrun.WriteInPlace(path, []byte("short\n")))
	if got, _ := os.ReadFile(link); string(got) != "short\n" {
		t.Errorf("the file is %q", got)
	}
	if err := firstrun.WriteInPlace("/proc/version", []byte("x")); err == nil || !strings.HasPrefix(err.Error(), "cannot write /proc/version") {
		t.Errorf("a file that is read-only: %v", err)
	}
}
