package install

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pintle/applets"
)

// page installs the manual page of a name.
func (in *installer) page(name string) error {
	a, ok := applets.Find(name)
	if in.Pages == "" || !ok {
		return nil
	}
	return in.copyPage(name + "." + a.Section)
}

// pagesOfPintle installs the pages of pintle and its subcommands.
func (in *installer) pagesOfPintle() error {
	if in.Pages == "" {
		return nil
	}
	entries, err := os.ReadDir(in.Pages)
	if err != nil {
		return fmt.Errorf("cannot install manual pages: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "pintle.") || strings.HasPrefix(e.Name(), "pintle-") {
			if err := in.copyPage(e.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *installer) copyPage(file string) error {
	text, err := os.ReadFile(filepath.Join(in.Pages, file))
	if err != nil {
		return fmt.Errorf("cannot install the manual page %s: %w", file, err)
	}
	return in.write("/usr/share/man/man"+strings.TrimPrefix(filepath.Ext(file), ".")+"/"+file, text, 0o644)
}
