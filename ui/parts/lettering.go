package parts

import (
	"strings"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"brevdue/app/number"
	"brevdue/app/post"
	"brevdue/ui/look"
)

// longSubject is from how many characters a subject is cut off in many lists and
// notices.
const longSubject = 80

// Judgement is what is to be said of a subject while it is typed.
type Judgement struct {
	// Count is in characters.
	Count int
	// Long is worth a word, TooLong and BirthNumber are refused. Digits means that
	// eleven digits stand in a row, which may be somebody's number.
	Long, TooLong, Digits, BirthNumber bool
}

// Refused reports whether the subject cannot be used as it is.
func (j Judgement) Refused() bool { return j.Count == 0 || j.TooLong || j.BirthNumber }

// JudgeSubject looks at a subject; limit is the most characters it may have.
func JudgeSubject(text string, limit int, today time.Time) Judgement {
	text = strings.TrimSpace(text)
	j := Judgement{Count: utf8.RuneCountInString(text)}
	j.Long, j.TooLong = j.Count > longSubject, j.Count > limit
	for _, run := range number.Runs(text) {
		if len(run) != 11 {
			continue
		}
		j.Digits = true
		if number.BirthNumber(run, number.RuleOn(today)).Valid {
			j.BirthNumber = true
		}
	}
	return j
}

// Subject is the field for what a letter is about: a counter below, and a word
// when it gets long or holds a number.
type Subject struct {
	Object fyne.CanvasObject
	Entry  *Entry

	env     *Env
	limit   int
	count   *look.Text
	warning *fyne.Container
	words   *look.Text
}

// NewSubject makes the field; limit is the most characters, changed hears each
// change.
func NewSubject(env *Env, id, text string, limit int, width float32, changed func(string)) *Subject {
	s := &Subject{env: env, limit: limit, count: look.Small("")}
	s.words = look.NewText("", look.Style{Size: look.SizeSmall, Color: look.Ink}).Wrap(width - 28)
	s.warning = RowTop(6, Stack(0, look.NewIconOf(look.IconWarning, look.Care, 18)), s.words)
	field := TextField(id, env.T("letter.subject"), "", width)
	s.Entry = field.Entry
	s.Entry.SetText(text)
	s.Entry.SetPlaceHolder(env.T("letter.subject.example"))
	s.Entry.OnChanged = func(text string) {
		s.judge(text)
		changed(text)
	}
	s.Object = Stack(6, field.Object, s.count, s.warning)
	s.judge(text)
	return s
}

func (s *Subject) judge(text string) {
	j := JudgeSubject(text, s.limit, s.env.Now())
	s.count.Set(s.env.Words.Count("letter.subject.count", j.Count, "limit", s.env.Words.Number(s.limit)))
	key := ""
	switch {
	case j.BirthNumber:
		key = "letter.subject.birth_number"
	case j.TooLong:
		key = "letter.subject.too_long"
	case j.Digits:
		key = "letter.subject.digits"
	case j.Long:
		key = "letter.subject.long"
	}
	if key == "" {
		s.warning.Hide()
	} else {
		s.words.Set(s.env.T(key, "limit", s.env.Words.Number(s.limit)))
		s.warning.Show()
	}
	s.Object.Refresh()
}

// Levels asks how a letter is opened and what its notice shows. Its ids are
// id.auth.LEVEL and id.sensitive.
func Levels(env *Env, id string, options post.Options, width float32, changed func(post.Options)) fyne.CanvasObject {
	if options.Auth == "" {
		options.Auth = post.AuthPassword
	}
	help := look.Small(env.T("letter.auth." + string(options.Auth) + ".help")).Wrap(width)
	tabs := NewTabs(id+".auth", []Tab{
		{string(post.AuthPassword), env.T("letter.auth.password")},
		{string(post.AuthTwoFactor), env.T("letter.auth.two_factor")},
	}, string(options.Auth), func(key string) {
		options.Auth = post.AuthLevel(key)
		help.Set(env.T("letter.auth." + key + ".help"))
		changed(options)
	})
	hide := CheckBox(id+".sensitive", env.T("letter.sensitive"), options.Sensitive, func(on bool) {
		options.Sensitive = on
		changed(options)
	})
	return Stack(20,
		Stack(6, look.Strong(env.T("letter.auth")), tabs.Object, help),
		Stack(0, hide, look.Small(env.T("letter.sensitive.help")).Wrap(width)))
}
