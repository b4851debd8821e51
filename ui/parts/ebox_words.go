package parts

import (
	"strings"

	"brevdue/ui/look"
)

// EBoxStep is the title of a step on the way to the Belgian e-Box, S0 to S10; some
// have another where the organisation has a key of its own.
func EBoxStep(words *look.Words, id string, ownKey bool) string {
	key := "belgium.step." + strings.ToLower(id)
	if ownKey && words.Has(key+".own") {
		key += ".own"
	}
	return words.Get(key)
}

// Enterprise writes a Belgian enterprise number as Belgians do: 0566.988.259. What has
// not ten digits stays as it is.
func Enterprise(digits string) string {
	if len(digits) != 10 {
		return digits
	}
	return digits[:4] + "." + digits[4:7] + "." + digits[7:]
}
