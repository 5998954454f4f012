package units

import (
	"slices"
	"strings"
)

// bindPaths reads SOURCE[:DESTINATION[:rbind|norbind]] words; "-" lets the source be missing.
func bindPaths(l *line, word string) ([]BindMount, error) {
	var b BindMount
	word, b.IgnoreMissing = strings.CutPrefix(word, "-")
	parts, err := SplitWordsAt(word, ":", WordUnquote|WordDontCoalesce)
	if err == nil && (len(parts) == 0 || len(parts) > 3) {
		err = malformed("bind mount", word, "write SOURCE:DESTINATION:OPTION")
	}
	if err != nil {
		return nil, err
	}
	if b.Source, err = l.devicePath(parts[0]); err != nil {
		return nil, err
	}
	b.Destination = b.Source
	if len(parts) > 1 && parts[1] != "" {
		if b.Destination, err = l.devicePath(parts[1]); err != nil {
			return nil, err
		}
	}
	if len(parts) > 2 {
		switch parts[2] {
		case "", "rbind":
		case "norbind":
			b.NonRecursive = true
		default:
			return nil, malformed("bind mount", word, "the option must be rbind or norbind")
		}
	}
	return []BindMount{b}, nil
}

// temporaryFileSystem reads a PATH[:OPTIONS] word.
func temporaryFileSystem(l *line, word string) ([]TemporaryFileSystem, error) {
	path, options, _ := strings.Cut(word, ":")
	path, err := l.devicePath(path)
	return []TemporaryFileSystem{{path, options}}, err
}

// partitions are the words for the partitions of an image.
var partitions = strings.Fields("root usr home srv esp xbootldr tmp var root-secondary usr-secondary swap root-verity usr-verity")

func partitionOptions(words []string) (options []PartitionOptions, err error) {
	if len(words) == 1 { // for the root
		return []PartitionOptions{{"root", words[0]}}, nil
	}
	for len(words) > 1 {
		if !slices.Contains(partitions, words[0]) {
			return nil, malformed("partition", words[0], "it must be one of "+joinWords(partitions))
		}
		options = append(options, PartitionOptions{words[0], words[1]})
		words = words[2:]
	}
	if len(words) > 0 {
		return nil, malformed("partition", words[0], "its mount options are missing")
	}
	return options, nil
}

// mountImage reads a SOURCE:DESTINATION[:PARTITION:OPTIONS…] word; "-" lets the image be missing.
func mountImage(l *line, word string) ([]DiskImage, error) { return l.diskImage(word, true) }

// extensionImage reads a SOURCE[:PARTITION:OPTIONS…] word; "-" lets the image be missing.
func extensionImage(l *line, word string) ([]DiskImage, error) { return l.diskImage(word, false) }

func (l *line) diskImage(word string, destination bool) ([]DiskImage, error) {
	var d DiskImage
	word, d.IgnoreMissing = strings.CutPrefix(word, "-")
	parts, err := SplitWordsAt(word, ":", WordUnquote|WordDontCoalesce)
	if err != nil {
		return nil, err
	}
	paths := 1
	if destination {
		paths = 2
	}
	if len(parts) < paths {
		return nil, malformed("disk image", word, "write the path of the image and, for MountImages=, the one to mount it at")
	}
	if d.Source, err = l.devicePath(parts[0]); err == nil && destination {
		d.Destination, err = l.devicePath(parts[1])
	}
	if err == nil {
		d.Options, err = partitionOptions(parts[paths:])
	}
	return []DiskImage{d}, err
}

// rootImageOptions reads OPTIONS, or PARTITION:OPTIONS words.
func rootImageOptions(_ *line, word string) ([]PartitionOptions, error) {
	return partitionOptions(strings.SplitN(word, ":", 2))
}

// imagePolicy checks the form of systemd.image-policy(7): PARTITION=FLAG+FLAG:…, or a word for all.
func imagePolicy(s string) (string, error) {
	flags := []string{"unprotected", "verity", "signed", "encrypted", "unused", "absent", "open", "ignore",
		"read-only-on", "read-only-off", "growfs-on", "growfs-off"}
	if s == "*" || s == "-" || s == "~" {
		return s, nil
	}
	for rule := range strings.SplitSeq(s, ":") {
		partition, use, ok := strings.Cut(rule, "=")
		if !ok || partition != "" && !slices.Contains(partitions, strings.Replace(partition, "-sig", "", 1)) {
			return "", malformed("image policy", s, "write PARTITION=FLAG+FLAG:…")
		}
		for flag := range strings.SplitSeq(use, "+") {
			if use != "" && !slices.Contains(flags, flag) {
				return "", malformed("image policy", s, "there is no flag "+flag)
			}
		}
	}
	return s, nil
}
