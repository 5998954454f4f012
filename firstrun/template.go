package firstrun

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// WriteTemplateManifest writes, while an image is built, what a template holds and which build it is of ("":
// the build id is not written).
func WriteTemplateManifest(sys *Sys, path, buildID string) error {
	fd, err := sys.Open(unix.AT_FDCWD, path+"/.", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return fmt.Errorf("cannot open template %s: %w", path, err)
	}
	defer sys.Close(fd)
	tree, err := sys.Scan(fd, ScanOptions{})
	if err != nil {
		return fmt.Errorf("cannot list template %s: %w", path, err)
	}
	state := filepath.Join(path, StateDir)
	if err := os.MkdirAll(state, 0o755); err != nil {
		return fmt.Errorf("cannot write the manifest: %w", err)
	}
	files := map[string][]byte{ManifestFile: EncodeManifest(tree.Entries)}
	if buildID != "" {
		files[BuildIDFile] = []byte(buildID + "\n")
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(state, name), data, 0o644); err != nil {
			return fmt.Errorf("cannot write the manifest: %w", err)
		}
	}
	return nil
}
