package analyze

import (
	_ "embed" // for the table
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/table"
	"pintle/applets/terminal"
	"pintle/units"
)

// securityTable lists what is looked at, a line each: setting, name in JSON, weight, range of badness, and what is
// said where all is well, where it is not, and where it does not apply. Settings, weights and words are those of
// systemd-analyze 252.
//
//go:embed security.tsv
var securityTable string

// aspect is one thing that is looked at.
type aspect struct {
	name, field            string
	weight, scale          uint64
	good, bad, unimportant string
}

func aspects() (list []aspect) {
	for line := range strings.Lines(securityTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		a := aspect{name: f[0], field: f[1], good: f[4], bad: f[5], unimportant: f[6]}
		a.weight, _ = strconv.ParseUint(f[2], 10, 32)
		a.scale, _ = strconv.ParseUint(f[3], 10, 32)
		list = append(list, a)
	}
	return list
}

// finding is how a service does in one aspect.
type finding struct {
	aspect
	applies bool
	badness uint64 // 0 is well, at most scale
	text    string
}

// assess looks at a service in all aspects. Its exposure is in tenths, 100 at most.
func (p *posture) assess() (list []finding, exposure, weights uint64) {
	var badness uint64
	for _, a := range p.aspects {
		f := finding{aspect: a}
		if p.early && appliesLate(a.name) {
			f.text = "Service runs in special boot phase, option is not appropriate"
		} else {
			f.badness, f.text, f.applies = p.judge(a)
		}
		switch {
		case f.text != "":
		case !f.applies:
			f.text = a.unimportant
		case f.badness == 0:
			f.text = a.good
		case f.badness == a.scale:
			f.text = a.bad // for what is half well there are no words
		}
		if f.applies {
			badness += roundUp(f.badness*a.weight, a.scale)
			weights += a.weight
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b finding) int {
		if order := strings.Compare(b.text, a.text); order != 0 {
			return order
		}
		return strings.Compare(a.name, b.name)
	})
	return list, roundUp(badness*100, weights), weights
}

func roundUp(n, by uint64) uint64 { return (n + by - 1) / by }

// appliesLate tells of settings that make no sense before the file systems are there.
func appliesLate(name string) bool {
	switch name {
	case "PrivateTmp=", "ProtectHome=", "ProtectSystem=", "RootDirectory=/RootImage=":
		return true
	}
	return false
}

func tenths(n uint64) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

// verdict is the word for an exposure, its colour and its face.
func verdict(exposure uint64) (word, colour, face string) {
	switch {
	case exposure >= 100:
		return "DANGEROUS", terminal.Red, faceOf("😱", ":-[")
	case exposure >= 90:
		return "UNSAFE", terminal.Red, faceOf("😨", ":-{")
	case exposure >= 75:
		return "EXPOSED", terminal.Yellow, faceOf("🙁", ":-(")
	case exposure >= 50:
		return "MEDIUM", "", faceOf("😐", ":-|")
	case exposure >= 10:
		return "OK", terminal.Green, faceOf("🙂", ":-)")
	case exposure >= 1:
		return "SAFE", terminal.Green, faceOf("😀", ":-}")
	}
	return "PERFECT", terminal.Green, faceOf("😇", ":-]")
}

// faceOf chooses between a picture and letters, for terminals that have no pictures.
func faceOf(picture, letters string) string {
	term := os.Getenv("TERM")
	if pictures, err := units.ParseBool(os.Getenv("SYSTEMD_EMOJI")); err == nil && pictures || err != nil && term != "" && term != "dumb" && term != "linux" && utf8() {
		return picture
	}
	return letters
}

// utf8 tells whether people here read UTF-8. Where no locale is set, they do not mind.
func utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := os.Getenv(name); locale != "" {
			return strings.Contains(strings.ToLower(strings.ReplaceAll(locale, "-", "")), "utf8")
		}
	}
	return true
}

// applyPolicy changes weights, ranges and words as a JSON file says (systemd-analyze(1), --security-policy=).
func (o *options) applyPolicy(list []aspect) error {
	text, err := os.ReadFile(o.policy)
	if err != nil {
		return command.Failf("Failed to parse '%s' at 0:0: %s", o.policy, command.Reason(err))
	}
	type change struct {
		Weight, Range *uint64
		Good          *string `json:"description_good"`
		Bad           *string `json:"description_bad"`
		NotApplicable *string `json:"description_na"`
	}
	var changes map[string]change
	if err := json.Unmarshal(text, &changes); err != nil {
		return command.Failf("Failed to parse '%s': %v", o.policy, err)
	}
	for i := range list {
		c, ok := changes[list[i].field]
		if !ok {
			continue
		}
		for _, set := range []struct {
			from *string
			into *string
		}{{c.Good, &list[i].good}, {c.Bad, &list[i].bad}, {c.NotApplicable, &list[i].unimportant}} {
			if set.from != nil {
				*set.into = *set.from
			}
		}
		if c.Weight != nil {
			list[i].weight = *c.Weight
		}
		if c.Range != nil && *c.Range > 0 {
			list[i].scale = *c.Range
		}
	}
	return nil
}

// security tells how exposed services are.
func (o *options) security(args []string) error {
	var postures []*posture
	var err error
	overview := false
	switch {
	case o.offline:
		postures, err = o.offlinePostures(args)
	default:
		overview = len(args) == 0
		postures, err = o.onlinePostures(args)
	}
	if err != nil {
		return err
	}
	exceeded := false
	var rows []*posture
	for i, p := range postures {
		rows = append(rows, p)
		p.aspects = aspects()
		if o.policy != "" {
			if err := o.applyPolicy(p.aspects); err != nil {
				return err
			}
		}
		list, exposure, weights := p.assess()
		p.exposure = exposure
		exceeded = exceeded || exposure > uint64(o.threshold)
		if overview {
			continue
		}
		if i > 0 && !o.offline {
			fmt.Fprintln(o.out)
		}
		if err := o.printFindings(p, list, weights); err != nil {
			return err
		}
	}
	if overview || len(rows) > 1 && !o.offline {
		if !overview {
			fmt.Fprintln(o.out)
		}
		if err := o.printOverview(rows); err != nil {
			return err
		}
	}
	if exceeded {
		return command.Silent(1)
	}
	return nil
}

func (o *options) printFindings(p *posture, list []finding, weights uint64) error {
	screen := terminal.Standard()
	if o.json != "off" {
		t := table.New("set", "name", "json_field", "description", "exposure")
		for _, f := range list {
			set, exposure := any(f.badness == 0), table.Cell{Text: tenths(f.exposure(weights))}
			if !f.applies {
				set = table.Null{}
			}
			if f.badness == 0 {
				exposure = table.Cell{Value: table.Null{}}
			}
			t.Add(table.Cell{Value: set}, table.Cell{Text: f.name}, table.Cell{Text: f.field}, table.Cell{Text: f.text}, exposure)
		}
		return t.JSON(o.out, o.json == "pretty")
	}
	t := table.New("", "name", "description", "exposure")
	for _, f := range list {
		mark, colour, exposure := "✗", terminal.Red, right(tenths(f.exposure(weights)))
		switch {
		case !f.applies:
			mark, colour = " ", ""
		case f.badness == 0:
			mark, colour = "✓", terminal.Green
		case f.badness < f.scale:
			colour = terminal.Yellow
		}
		if f.badness == 0 {
			exposure = table.Cell{}
		}
		t.Add(table.Cell{Text: mark, Colour: colour}, table.Cell{Text: f.name}, table.Cell{Text: f.text, Colour: colour}, exposure)
	}
	o.print(t)
	word, colour, face := verdict(p.exposure)
	fmt.Fprintf(o.out, "\n→ Overall exposure level for %s: %s %s\n", p.id, screen.In(colour, tenths(p.exposure)+" "+word), face)
	return nil
}

// exposure is what a finding adds, in tenths.
func (f *finding) exposure(weights uint64) uint64 {
	return roundUp(roundUp(f.badness*f.weight*100, f.scale), weights)
}

func (o *options) printOverview(rows []*posture) error {
	t := table.New("unit", "exposure", "predicate", "happy")
	slices.SortFunc(rows, func(a, b *posture) int { return strings.Compare(a.id, b.id) })
	for _, p := range rows {
		word, colour, face := verdict(p.exposure)
		exposure := right(tenths(p.exposure))
		exposure.Colour = colour
		t.Add(table.Cell{Text: p.id}, exposure, table.Cell{Text: word, Colour: colour}, table.Cell{Text: face, Colour: colour})
	}
	if o.json != "off" {
		return t.JSON(o.out, o.json == "pretty")
	}
	o.print(t)
	return nil
}

// offlinePostures reads unit files.
func (o *options) offlinePostures(args []string) (list []*posture, err error) {
	names, dirs, err := verifyArguments(args)
	if err != nil {
		return nil, err
	}
	graph := units.NewGraph(units.Options{Root: o.root, Path: append(dirs, o.searchPath()...), Host: units.SystemHost{Root: o.root}, NoProvided: true})
	for _, name := range names {
		u := graph.Load(name)
		switch {
		case u.State == units.NotFound:
			return nil, command.Failf("Unit %s not found.", name)
		case u.State != units.Loaded:
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, u.Err)
			return nil, command.Failf("Unit %s has a bad unit file setting.", name)
		case u.Service == nil:
			continue
		}
		list = append(list, postureOf(u))
	}
	return list, nil
}

// onlinePostures asks the manager about services; without names, about all that run for long.
func (o *options) onlinePostures(args []string) (list []*posture, err error) {
	conn, err := o.connect()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	names := args
	if len(args) == 0 {
		loaded, err := conn.Units(nil, nil)
		if err != nil {
			return nil, command.Failf("Failed to list units: %s", client.Reason(err))
		}
		for _, u := range loaded {
			if units.NameType(u.ID) == "service" {
				names = append(names, u.ID)
			}
		}
	}
	for _, arg := range names {
		name, err := units.MangleName(arg, ".service", false)
		if err != nil || units.KindOfName(name)&(units.PlainName|units.InstanceName) == 0 || units.NameType(name) != "service" {
			return nil, command.Failf("Unit %s is not a service unit, refusing.", arg)
		}
		p, err := askPosture(conn, name)
		if err != nil {
			return nil, err
		}
		switch {
		case p.loadState == "loaded" && (len(args) > 0 || !p.oneshot):
			list = append(list, p)
		case len(args) > 0 && p.loadState == "not-found":
			return nil, command.Failf("Unit %s not found, cannot analyze.", p.id)
		case len(args) > 0 && p.loadState != "loaded":
			return nil, command.Failf("Unit %s not loaded properly, cannot analyze.", p.id)
		}
	}
	return list, nil
}
