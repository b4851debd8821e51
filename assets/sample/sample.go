// Package sample holds what practice mode is tried with: a member list as clubs
// keep it, the people the practice Digipost knows, and a letter. Everybody in it
// is invented; README.md says which mistakes the list holds.
package sample

import _ "embed"

// The names the files have when they are laid out for a person to open.
const (
	ListName   = "kunder.xlsx"
	PeopleName = "people.csv"
	LetterName = "brev.pdf"
)

var (
	//go:embed kunder.xlsx
	list []byte
	//go:embed people.csv
	people []byte
	//go:embed brev.pdf
	letter []byte
)

// List gives the workbook with 40 rows of people.
func List() []byte { return append([]byte(nil), list...) }

// People gives who the practice Digipost knows, as CSV.
func People() []byte { return append([]byte(nil), people...) }

// Letter gives a letter of one page as PDF, ready for print.
func Letter() []byte { return append([]byte(nil), letter...) }
