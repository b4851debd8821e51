package parts

import (
	"strconv"
	"strings"
)

// ConfirmCount is the field in which a person types a number of letters before they
// can be approved. ready hears whether it is right.
func ConfirmCount(env *Env, id string, count int, ready func(bool)) *Field {
	f := TextField(id, env.Words.Count("confirm.count", count), env.T("confirm.count.help"), 120)
	f.Entry.OnChanged = func(text string) {
		typed, err := strconv.Atoi(strings.NewReplacer(" ", "", "\u202f", "", "\u00a0", "", ",", "").Replace(text))
		right := err == nil && typed == count
		if right || len(text) < len(strconv.Itoa(count)) {
			f.SetError("")
		} else {
			f.SetError(env.T("confirm.count.wrong"))
		}
		ready(right)
	}
	return f
}
