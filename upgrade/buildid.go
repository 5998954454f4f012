package upgrade

import (
	"fmt"
	"strings"
	"time"
)

// BuildID names a build of an image: one word, and after it, if the image says so, when it was built, in the
// form of RFC 3339. Only with both times can two be told older and newer.
type BuildID struct {
	ID   string
	Time time.Time // zero: not said
}

// ParseBuildID reads a build id as a file has it.
func ParseBuildID(text string) (BuildID, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return BuildID{}, nil
	}
	id := BuildID{ID: words[0]}
	if len(words) > 1 {
		at, err := time.Parse(time.RFC3339, words[1])
		if err != nil || len(words) > 2 {
			return BuildID{}, fmt.Errorf("cannot use build id %q: it must be one word and, optionally, a time such as 2026-11-21T20:00:00Z", text)
		}
		id.Time = at
	}
	return id, nil
}

// String is the build id as files have it.
func (b BuildID) String() string {
	if b.Time.IsZero() {
		return b.ID
	}
	return b.ID + " " + b.Time.UTC().Format(time.RFC3339)
}

// Relation is how the build ids of an image and a volume compare.
type Relation string

// The relations, and what each of them leads to.
const (
	Missing Relation = "missing" // the volume has none: no image has filled it yet, and it is populated
	Equal   Relation = "equal"   // nothing is to be done
	Newer   Relation = "newer"   // the image is newer: the volume is upgraded
	Older   Relation = "older"   // the image is older: refused, unless downgrades are allowed
	Unknown Relation = "unknown" // they differ, and no times tell which is newer: the volume is upgraded
)

// Compare compares the build id of a volume with that of an image.
func Compare(volume, image BuildID) Relation {
	switch {
	case volume.ID == "":
		return Missing
	case volume.ID == image.ID:
		return Equal
	case volume.Time.IsZero() || image.Time.IsZero() || volume.Time.Equal(image.Time):
		return Unknown
	case image.Time.After(volume.Time):
		return Newer
	}
	return Older
}
