package firstrun

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Volumes that something else than pintle has filled may say what they are in two files of their root directory, as those
// of the FreeIPA container do: of which build they are, and, if they were set up, which version their layout has.
const (
	foreignBuildID = "build-id"
	foreignVersion = "volume-version"
)

// Origin is which build has filled a volume or upgraded it last, "" for none, and which version its layout has. foreign
// tells that this was not pintle.
func (v *Volume) Origin() (buildID, version string, foreign bool, err error) {
	if buildID, err = v.Fact(BuildIDFile); err != nil {
		return "", "", false, err
	}
	if version, err = v.Fact(VersionFile); err != nil || buildID != "" {
		return buildID, version, false, err
	}
	if j, _, err := v.Pending(); err != nil || j != nil && j.Kind == kindPopulate {
		return "", version, false, err // it is being filled
	}
	if buildID, err = v.foreign(foreignBuildID); err != nil || buildID == "" {
		return "", version, false, err
	}
	version, err = v.foreign(foreignVersion)
	return buildID, version, true, err
}

func (v *Volume) foreign(name string) (string, error) {
	data, err := v.Sys.readFile(v.Root, name)
	switch err {
	case nil:
		word, _, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
		return strings.TrimSpace(word), nil
	case unix.ENOENT, unix.ELOOP, unix.EFBIG, unix.EACCES:
		return "", nil // no such file, and nothing that could be one
	}
	return "", err
}
