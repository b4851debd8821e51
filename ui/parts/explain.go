package parts

import (
	"regexp"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// Explain gives the two sentences for a fault: what happened, and what to do.
// A fault that was stored as its code alone (a job's trouble) has lost its fields;
// it gets words that need none.
func Explain(words *look.Words, code post.Code, fields map[string]string) (what, next string) {
	all := map[string]string{"code": string(code), "host": "Digipost"}
	for name, value := range fields {
		if value != "" {
			all[name] = value
		}
	}
	what, next = words.Fault(string(code), all)
	if openGap.MatchString(what) && words.Has("plain."+string(code)) {
		what = words.Get("plain." + string(code))
	}
	return dropGaps(what), dropGaps(next)
}

var (
	openGap = regexp.MustCompile(`\{[a-z_]+\}`)
	gapText = regexp.MustCompile(`:? ?[(«]?\{[a-z_]+\}[)»]?`)
)

// dropGaps takes gaps out that nothing fills: a person never reads a bracket.
func dropGaps(sentence string) string { return gapText.ReplaceAllString(sentence, "") }
