package ebox

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"
)

// exampleOf gives the example of a schema as JSON.
func exampleOf(t testing.TB, file []byte, schema string) []byte {
	t.Helper()
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Example map[string]any `yaml:"example"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(file, &document); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(document.Components.Schemas[schema].Example)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
