package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"brevdue/app/document/engine"
	"brevdue/app/number"
)

const (
	// textTime is how long reading the text of one document may take.
	textTime = 30 * time.Second
	// textPages and textChars bound the text that is read of a document: far more
	// than letters have.
	textPages, textChars = 500, 100_000
	// mostForeign is how many foreign numbers are told.
	mostForeign = 20
)

// ErrTextUnread is a PDF whose text could not be read whole, so that nothing can
// be said of what stands in it.
var ErrTextUnread = errors.New("the text of the PDF could not be read")

// Foreign is somebody else's birth number in a letter.
type Foreign struct {
	// Page counts from 1.
	Page int
	// Masked is the number with its personal part hidden.
	Masked string
}

// Shield looks for birth numbers in a PDF that are not the recipient's: the
// letter may be about to go to the wrong person. Without a number of the
// recipient's every birth number is foreign. Each number is told once, at the
// first page that has it. The errors are the faults of Load, ErrTextUnread,
// engine.ErrClosed and those of the context.
func (r *Reader) Shield(ctx context.Context, path, recipient string) ([]Foreign, error) {
	data, err := Load(path)
	if err != nil {
		return nil, err
	}
	rule, own := number.RuleOn(time.Now()), number.Clean(recipient)
	var found []Foreign
	var told []string
	err = r.eachText(ctx, data, textPages, func(page int, text string) bool {
		for _, other := range birthNumbers(text, rule) {
			if other == own || slices.Contains(told, other) {
				continue
			}
			told = append(told, other)
			found = append(found, Foreign{page, number.Mask(other)})
			if len(found) == mostForeign {
				return false
			}
		}
		return true
	})
	return found, err
}

// eachText visits the pages with their text, after all of it has been read, up
// to so many pages or until visit says no.
func (r *Reader) eachText(ctx context.Context, data []byte, most int, visit func(page int, text string) bool) error {
	texts, err := engine.Do(ctx, r.pdfium(), textTime, data, func(ctx context.Context, opened *engine.Document) ([]string, error) {
		pages, err := opened.Pages()
		if err != nil {
			return nil, err
		}
		texts := make([]string, 0, min(pages, most))
		for page := 1; page <= min(pages, most); page++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			text, err := opened.Text(page, textChars)
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
		}
		return texts, nil
	})
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, engine.ErrClosed):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrTextUnread, err)
	}
	for i, text := range texts {
		if !visit(i+1, text) {
			break
		}
	}
	return nil
}

// digits is a run of digits in a text, and what stands between it and the next
// one.
type digits struct {
	run string
	// gap is whether a single blank, dot or hyphen parts it from the next run.
	gap bool
}

// shapes are how people write the eleven digits: together, the personal part by
// itself, the date in pieces, or one to a box.
var shapes = [][]int{{11}, {6, 5}, {2, 2, 2, 5}, {6, 3, 2}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}

// birthNumbers finds the valid birth numbers of a text, each once. A number is
// never part of a longer run of digits, but may stand right beside others, as in
// a table.
func birthNumbers(text string, rule number.Rule) []string {
	runs := digitRuns(text)
	var found []string
	for i := range runs {
		for _, shape := range shapes {
			joined, ok := join(runs[i:], shape)
			if ok && !slices.Contains(found, joined) && number.BirthNumber(joined, rule).Valid {
				found = append(found, joined)
			}
		}
	}
	return found
}

// join puts runs of the shape's lengths together.
func join(runs []digits, shape []int) (string, bool) {
	if len(runs) < len(shape) {
		return "", false
	}
	var joined strings.Builder
	for i, length := range shape {
		if len(runs[i].run) != length || i < len(shape)-1 && !runs[i].gap {
			return "", false
		}
		joined.WriteString(runs[i].run)
	}
	return joined.String(), true
}

// digitRuns gives the runs of digits in a text.
func digitRuns(text string) []digits {
	var runs []digits
	start, between := -1, 0 // between counts what stands since the last run
	apart := false          // something else than a gap stands there
	for i, r := range text + "\n" {
		switch {
		case r >= '0' && r <= '9':
			if start < 0 {
				start = i
				if len(runs) > 0 {
					runs[len(runs)-1].gap = between == 1 && !apart
				}
			}
			continue
		case start >= 0:
			runs = append(runs, digits{run: text[start:i]})
			start, between, apart = -1, 0, false
		}
		between++
		apart = apart || !strings.ContainsRune(" .-\u00a0\u2009\u202f\u2007\u2011\u2013", r)
	}
	return runs
}
