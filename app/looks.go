package app

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Looks are what changes how the window looks, and which sender it begins with:
// nothing that changes letters. They are kept outside the databases, for all
// profiles together.
type Looks struct {
	Language string `json:"language"`
	Mode     string `json:"mode"`
	// Profile is the sender profile the window showed last, or empty.
	Profile string `json:"profile,omitempty"`
}

const looksFile = "looks.json"

// ReadLooks reads the looks kept in a data folder; without any, or with a
// damaged file, the zero Looks.
func ReadLooks(data string) Looks {
	var looks Looks
	content, err := os.ReadFile(filepath.Join(data, looksFile))
	if err != nil || json.Unmarshal(content, &looks) != nil {
		return Looks{}
	}
	return looks
}

// WriteLooks keeps the looks.
func WriteLooks(data string, looks Looks) error {
	content, err := json.Marshal(looks)
	if err != nil {
		return err
	}
	temporary := filepath.Join(data, looksFile+".new")
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return accessFault(err, data)
	}
	if err := os.Rename(temporary, filepath.Join(data, looksFile)); err != nil {
		return accessFault(err, data)
	}
	return nil
}
