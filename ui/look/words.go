package look

import (
	"sort"
	"time"

	"fyne.io/fyne/v2"
	fynelang "fyne.io/fyne/v2/lang"

	"brevdue/assets/lang"
)

// Words are the texts of the window in the language of the moment. They belong
// to the thread of the window, like every widget.
type Words struct {
	*lang.Texts
	next      int
	listeners map[int]func()
}

// NewWords gives the words of a language; an unknown code gives bokmål.
func NewWords(code string) *Words {
	w := &Words{Texts: lang.New(code), listeners: map[int]func(){}}
	w.tellFyne()
	return w
}

// Switch changes the language at once and tells the listeners.
func (w *Words) Switch(code string) {
	if code == w.Code() {
		return
	}
	w.Texts = lang.New(code)
	w.tellFyne()
	for _, id := range w.order() {
		if listener, ok := w.listeners[id]; ok {
			listener()
		}
	}
}

// OnSwitch calls a function after each change of language, until stop.
func (w *Words) OnSwitch(listener func()) (stop func()) {
	w.next++
	id := w.next
	w.listeners[id] = listener
	return func() { delete(w.listeners, id) }
}

func (w *Words) order() []int {
	ids := make([]int, 0, len(w.listeners))
	for id := range w.listeners {
		ids = append(ids, id)
	}
	sort.Ints(ids)
	return ids
}

// Left writes how long something will still take, in whole minutes from one
// minute on.
func (w *Words) Left(rest time.Duration) string {
	if rest < time.Minute {
		return w.Get("time.left.under_a_minute")
	}
	return w.Count("time.left.minutes", int((rest+30*time.Second)/time.Minute))
}

// tellFyne puts Fyne's own words (OK, Cancel, Copy ...) into the language. Fyne
// follows the language of the system and has no way to be told another, so that
// the same words go under the system's language and under English, the one it falls back to.
func (w *Words) tellFyne() {
	data := lang.Fyne(w.Code())
	if len(data) == 0 {
		return
	}
	for _, locale := range []fyne.Locale{fynelang.SystemLocale(), "nb", "nn", "en"} {
		if err := fynelang.AddTranslationsForLocale(data, locale); err != nil {
			fyne.LogError("words of the toolkit", err)
			return
		}
	}
}
