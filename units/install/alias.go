package install

import (
	"fmt"
	"slices"
	"strings"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// aliasable and templatable are the types of units that can have aliases and templates.
var (
	aliasable   = []string{"service", "socket", "target", "device", "timer", "path"}
	templatable = []string{"service", "socket", "target", "timer", "path"}
)

// checkAlias tells whether a link of that name may stand for a unit. EINVAL: the link cannot be an alias at all;
// EXDEV: it cannot be one of this unit; ELOOP: it is the unit itself. Why is a format of aliasWarning, empty
// where nothing is said about it.
func checkAlias(link, target string) (why string, err error) {
	kind, other := units.KindOfName(link), units.KindOfName(target)
	switch {
	case kind == 0:
		return "%[1]s: not a valid unit name \"%[1]s\": Invalid argument", unix.EINVAL
	case !slices.Contains(aliasable, units.NameType(link)):
		return "%[1]s: symlinks are not allowed for units of this type, rejecting.", unix.EINVAL
	case kind != units.PlainName && !slices.Contains(templatable, units.NameType(link)):
		return "%[1]s: templates not allowed for %[3]s units, rejecting.", unix.EINVAL
	case link == target:
		return "", unix.ELOOP
	case other == 0:
		return "%[1]s points to \"%[4]s\" which is not a valid unit name: Invalid argument", unix.EXDEV
	case kind != other && !(kind == units.InstanceName && other == units.TemplateName):
		return "%[1]s: symlink target name type \"%[4]s\" does not match source, rejecting.", unix.EXDEV
	case other == units.InstanceName && units.NameInstance(link) != units.NameInstance(target):
		return "%[1]s: unit symlink target \"%[4]s\" instance name doesn't match, rejecting.", unix.EXDEV
	case units.NameType(link) != units.NameType(target):
		return "%[1]s: symlink target \"%[4]s\" has incompatible suffix, rejecting.", unix.EXDEV
	}
	return "", nil
}

// aliasWarning says why a link is no alias.
func aliasWarning(why, link, target string) string {
	// Not every text has all of them.
	text := fmt.Sprintf(why+"%.0[1]s%.0[2]s%.0[3]s%.0[4]s", link, target, units.NameType(link), base(target))
	return text
}

// linkFits tells whether a link in a .wants or .requires directory can stand for a unit. In the directory of a
// template the instance is passed on.
func linkFits(link, target string, passOn bool) bool {
	kind, other := units.KindOfName(link), units.KindOfName(target)
	if link == target && kind&(units.PlainName|units.InstanceName) != 0 {
		return true
	}
	template, err := units.Template(link)
	if err != nil || template != target || other != units.TemplateName {
		return false
	}
	return kind == units.InstanceName || passOn && kind == units.TemplateName
}

// aliasName checks a name of Alias= for a unit. The name that is returned is where the link goes, below the
// directory for links: the instance of the unit is put into a template.
func (o *operation) aliasName(u *unit, name string) (string, error) {
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 {
		return name, o.aliasPath(u, name, name[:slash], name[slash+1:])
	}
	if units.ValidName(name, units.TemplateName) && units.ValidName(u.name, units.InstanceName) {
		instance, err := units.Instantiate(name, units.NameInstance(u.name))
		if err != nil {
			return "", unix.EINVAL
		}
		name = instance
	}
	switch _, err := checkAlias(name, u.name); err {
	case nil:
		return name, nil
	case unix.ELOOP:
		return "", err
	case unix.EINVAL:
		return "", o.fail(unix.EXDEV, name, u.name)
	default:
		return "", o.fail(err, name, u.name)
	}
}

// aliasPath checks the old form of Alias=, a link in the .wants or .requires directory of another unit.
func (o *operation) aliasPath(u *unit, whole, dir, link string) error {
	of, ok := strings.CutSuffix(dir, ".wants")
	if !ok {
		of, ok = strings.CutSuffix(dir, ".requires")
	}
	if !ok || !units.ValidName(of, units.AnyName) {
		return o.fail(unix.EXDEV, whole, "")
	}
	if !linkFits(link, u.name, units.ValidName(of, units.TemplateName)) {
		return o.fail(unix.EXDEV, whole, u.name)
	}
	return nil
}
