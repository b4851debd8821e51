//go:build !windows

package secret

import (
	"errors"
	"os"
)

// syncFolder makes a rename in a folder durable.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
