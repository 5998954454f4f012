package upgrade

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"pintle/firstrun"
)

// Config is what an image and its user say about volumes.
type Config struct {
	Pairs       []firstrun.Pair
	VersionFile string // of the image
	Wait        time.Duration
	Workers     int

	Hostname   bool     // keep the host name in the volume
	ResolvConf []string // lines of /etc/resolv.conf; nil: leave it alone
	Discard    []string // patterns of what every container has of its own
	Commands   []string

	Policy     Policy
	Keep       []string // patterns of paths for which the volume's wins
	Replace    []string // and the image's
	Downgrade  bool
	Backup     Backup
	Steps      string // directories
	Scriptlets string
	Vanilla    string // file
	After      []string

	Setup firstrun.Setup
	Unit  string // that the boot starts

	together string // what the upgrades of this start belong to
}

// Main is the volume that keeps the facts that a container has one of.
func (c *Config) Main() (firstrun.Pair, bool) {
	for _, p := range c.Pairs {
		if !p.EachBoot {
			return p, true
		}
	}
	return firstrun.Pair{}, false
}

// Policies is the policy by path: the most particular list that names a path decides.
func (c *Config) Policies(p string) Policy {
	for _, list := range []struct {
		patterns []string
		policy   Policy
	}{{c.Keep, Keep}, {c.Replace, Replace}} {
		if slices.ContainsFunc(list.patterns, func(pattern string) bool { return matches(pattern, p) }) {
			return list.policy
		}
	}
	return c.Policy
}

// own tells whether a path is what every container has of its own.
func (c *Config) own(p string) bool {
	return slices.ContainsFunc(c.Discard, func(pattern string) bool { return matches(pattern, p) })
}

// matches tells whether a pattern names a path, or a directory above it.
func matches(pattern, p string) bool {
	pattern = strings.Trim(pattern, "/")
	for {
		if ok, _ := path.Match(pattern, p); ok {
			return true
		}
		if p, _ = firstrun.SplitLast(p); p == "" {
			return false
		}
	}
}

// ImageOf reads what the image says about a volume.
func (c *Config) ImageOf(p firstrun.Pair, t *firstrun.Template) (Image, error) {
	id, err := imageBuildID(p.Template)
	if err != nil {
		return Image{}, err
	}
	if id.ID == "" {
		if err := t.List(); err != nil {
			return Image{}, err
		}
		id = BuildID{ID: listingID(t)}
	}
	image := Image{ID: id}
	if main, _ := c.Main(); main.Volume != p.Volume {
		return image, nil // steps and scriptlets are about the main volume
	}
	image.After = c.After
	if text, err := os.ReadFile(c.VersionFile); err == nil {
		image.Version = strings.TrimSpace(string(text))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return image, fmt.Errorf("cannot read the version of the volume: %w", err)
	}
	if image.Steps, err = ReadSteps(c.Steps); err != nil {
		return image, err
	}
	if image.Scriptlets, err = ReadScriptlets(c.Scriptlets); err != nil {
		return image, err
	}
	text, err := os.ReadFile(c.Vanilla)
	if errors.Is(err, fs.ErrNotExist) {
		return image, nil
	}
	if err != nil {
		return image, fmt.Errorf("cannot read the list of known files: %w", err)
	}
	image.Vanilla, err = ParseVanilla(c.Vanilla, p.Volume, text)
	return image, err
}

// imageBuildID reads the build id that an image has with its template.
func imageBuildID(template string) (BuildID, error) {
	for _, name := range []string{firstrun.StateDir + "/" + firstrun.BuildIDFile, "build-id"} {
		text, err := os.ReadFile(path.Join(template, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return BuildID{}, fmt.Errorf("cannot read the build id: %w", err)
		}
		id, err := ParseBuildID(string(text))
		if err != nil {
			return BuildID{}, fmt.Errorf("%s/%s: %w", template, name, err)
		}
		return id, nil
	}
	return BuildID{}, nil
}

// listingID stands in for the build id of an image that has none: it changes when the template does.
func listingID(t *firstrun.Template) string {
	h := sha256.New()
	for i := range t.Tree.Entries {
		e := &t.Tree.Entries[i]
		fmt.Fprintf(h, "%q %c %o %d:%d %d %d %q\n", e.Path, e.Kind, e.Mode, e.UID, e.GID, e.Size, e.MTime, e.Target)
	}
	return "template-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// Settled tells, by reading some small files, that a start has nothing to do about volumes.
func (c *Config) Settled() bool {
	if len(c.ResolvConf) > 0 || c.Hostname {
		return false
	}
	main, _ := c.Main()
	for _, p := range c.Pairs {
		if _, err := os.Lstat(p.Template); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if p.EachBoot || !c.settled(p, p.Volume == main.Volume) {
			return false
		}
	}
	return true
}

// UpToDate tells that nothing is to be done about what a volume holds, and nothing was interrupted.
func (c *Config) UpToDate(p firstrun.Pair) bool {
	main, _ := c.Main()
	return !p.EachBoot && c.upToDate(p, p.Volume == main.Volume)
}

func (c *Config) upToDate(p firstrun.Pair, main bool) bool {
	state := path.Join(p.Volume, firstrun.StateDir)
	image, err := os.ReadFile(path.Join(p.Template, firstrun.StateDir, firstrun.BuildIDFile))
	if errors.Is(err, fs.ErrNotExist) {
		image, err = os.ReadFile(path.Join(p.Template, "build-id"))
	}
	volume, err2 := os.ReadFile(path.Join(state, firstrun.BuildIDFile))
	if err != nil || err2 != nil || !bytes.Equal(bytes.TrimSpace(image), bytes.TrimSpace(volume)) {
		return false
	}
	names, err := os.ReadDir(state)
	if err != nil || slices.ContainsFunc(names, func(e fs.DirEntry) bool { return firstrun.Unsettled(e.Name()) }) {
		return false
	}
	if text, err := os.ReadFile(path.Join(state, StateFile)); err == nil && !bytes.Contains(text, []byte(`"phase": "`+PhaseDone+`"`)) {
		return false
	}
	if !main {
		return true
	}
	version, err := os.ReadFile(c.VersionFile)
	has, err2 := os.ReadFile(path.Join(state, firstrun.VersionFile))
	return err != nil || err2 == nil && bytes.Equal(bytes.TrimSpace(version), bytes.TrimSpace(has))
}

func (c *Config) settled(p firstrun.Pair, main bool) bool {
	if !c.upToDate(p, main) {
		return false
	}
	if !main {
		return true
	}
	state := path.Join(p.Volume, firstrun.StateDir)
	for fact, wanted := range map[string]bool{firstrun.ConfiguredFile: c.Setup.Wanted(), firstrun.PreparedFile: len(c.Commands) > 0} {
		if _, err := os.Lstat(path.Join(state, fact)); wanted && err != nil {
			return false
		}
	}
	return true
}

// Job is a volume that is being worked on, open and locked.
type Job struct {
	Config   *Config
	Pair     firstrun.Pair
	Volume   *firstrun.Volume
	Template *firstrun.Template // nil where the image has none
	Image    Image
	lock     *firstrun.Lock

	// What Do has done, or tried: either, or neither.
	Populated *firstrun.Journal
	Upgraded  *Proposal
}

// Access says what a volume is opened for.
type Access int

// The kinds of access.
const (
	Look  Access = iota // nothing is written
	Write               // while services of this container use it
	Alone               // while no container's services may use it
)

// Open opens the volume and the template of a pair. what says, to those who wait for the lock, what is done.
func (c *Config) Open(p firstrun.Pair, access Access, what string, log func(format string, args ...any)) (*Job, error) {
	sys := &firstrun.Sys{}
	j := &Job{Config: c, Pair: p}
	var err error
	if j.Volume, err = firstrun.OpenVolume(sys, p.Volume); err != nil {
		return nil, err
	}
	if access != Look {
		err = j.lockFor(access, what, log)
	}
	if _, missing := os.Lstat(p.Template); err == nil && missing == nil {
		if j.Template, err = firstrun.OpenTemplate(sys, p.Template, c.Workers); err == nil {
			j.Template.Expect(p.List)
			j.Template.Exclude(c.Discard)
			j.Image, err = c.ImageOf(p, j.Template)
		}
	}
	if err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Job) lockFor(access Access, what string, log func(format string, args ...any)) (err error) {
	waiting := func(o firstrun.Owner) { log("waiting for %s, which uses %s", o, j.Pair.Volume) }
	j.lock, err = j.Volume.Lock(what, j.Config.Wait, waiting)
	if err == nil && j.lock.Died != nil {
		log("%s died while it was writing to %s", *j.lock.Died, j.Pair.Volume)
	}
	if err == nil && access == Alone {
		err = j.lock.Exclude(j.Config.Wait, waiting)
	}
	if locked := (*firstrun.LockedError)(nil); errors.As(err, &locked) {
		return &Error{StatusLocked, err}
	}
	return err
}

// Close gives everything back.
func (j *Job) Close() {
	if j.lock != nil {
		j.lock.Unlock()
	}
	if j.Template != nil {
		j.Template.Close()
	}
	if j.Volume != nil {
		j.Volume.Close()
	}
}

func (j *Job) options(p firstrun.Progress, log func(format string, args ...any)) Options {
	c := j.Config
	return Options{Policy: c.Policies, Downgrade: c.Downgrade, Backup: c.Backup, Workers: c.Workers, Progress: p, Log: log, With: c.together, Own: c.own}
}

// Propose tells what an upgrade would do.
func (j *Job) Propose() (*Proposal, error) {
	return Propose(j.Volume, j.Template, j.Image, j.options(nil, nil))
}

func (j *Job) populateOptions(p firstrun.Progress) firstrun.PopulateOptions {
	return firstrun.PopulateOptions{BuildID: j.Image.ID.String(), Version: j.Image.Version, Packages: Versions(j.Image.Scriptlets), Workers: j.Config.Workers, Progress: p}
}

// PlanPopulate tells what a populate would do.
func (j *Job) PlanPopulate() (*firstrun.Journal, error) {
	return j.Volume.PreparePopulate(j.Template, j.populateOptions(nil))
}

// Do populates the volume if no image has filled it yet, and else upgrades it.
func (j *Job) Do(p firstrun.Progress, log func(format string, args ...any)) error {
	if j.Template == nil {
		return nil
	}
	id, _, _, err := j.Volume.Origin()
	if err != nil {
		return err
	}
	if id == "" || j.Pair.EachBoot {
		err = j.populate(p, log)
	} else {
		err = j.upgrade(p, log)
	}
	for _, note := range j.Volume.Notes.List() {
		log("%s: %s", j.Pair.Volume, note)
	}
	return err
}

func (j *Job) upgrade(p firstrun.Progress, log func(format string, args ...any)) error {
	before, err := ReadState(j.Volume)
	if err != nil {
		return err
	}
	if j.Upgraded, err = Run(j.Volume, j.Template, j.Image, j.options(p, log)); err != nil {
		return err
	}
	return j.Config.noteUpgraded(j.Volume, before)
}

func (j *Job) populate(p firstrun.Progress, log func(format string, args ...any)) error {
	begin := time.Now()
	journal, err := j.Volume.Populate(j.Template, j.populateOptions(p))
	if err != nil {
		return &Error{StatusFailed, fmt.Errorf("cannot populate %s; the next start goes on with it: %w", j.Pair.Volume, err)}
	}
	j.Populated = journal
	kept := 0
	for _, op := range journal.Ops {
		if op.Do == firstrun.Check {
			kept++
		}
	}
	text := fmt.Sprintf("populated %s from %s (build %s) in %v", j.Pair.Volume, j.Pair.Template, j.Image.ID, time.Since(begin).Round(time.Millisecond))
	if kept > 0 {
		text += fmt.Sprintf("; kept %d entries that were there before", kept)
	}
	if !j.Pair.EachBoot {
		log("%s", text)
	}
	return nil
}

// FirstRun does what is done once, after a populate and before services.
func (j *Job) FirstRun(out io.Writer, log func(format string, args ...any)) error {
	if err := j.Volume.Prepare(j.Config.Commands, out); err != nil {
		return &Error{StatusFailed, err}
	}
	if j.Config.Hostname {
		if err := j.Volume.KeepHostname("/etc/hosts", log); err != nil {
			return err
		}
	}
	if len(j.Config.ResolvConf) > 0 {
		if err := firstrun.WriteInPlace("/etc/resolv.conf", []byte(strings.Join(j.Config.ResolvConf, "\n")+"\n")); err != nil {
			log("%v", err)
		}
	}
	return nil
}
