package parts

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"brevdue/ui/look"
)

// Clock counts a cooling-off down, with Stop and more time. It only shows and
// asks: what a stop achieves is decided elsewhere.
type Clock struct {
	Object fyne.CanvasObject

	env     *Env
	rest    *look.Text
	bar     *bar
	from    time.Time
	until   time.Time
	stop    func()
	over    func()
	overHit bool
}

// ClockWords are what a clock says, and the buttons it has besides.
type ClockWords struct {
	// Text is the sentence below the title, Stop the words on the button that
	// stops; empty is what holds for every job.
	Text, Stop string
	Extra      []*Button
}

// NewClock shows the time from now until a moment. stop and more are the wishes
// of the person; over is called once when the time is out. Its ids are id.stop
// and id.more. Close it when the screen is left.
func NewClock(env *Env, id string, from, until time.Time, stop, more, over func()) *Clock {
	return NewClockSaying(env, id, ClockWords{}, from, until, stop, more, over)
}

// NewClockSaying is NewClock with words for one kind of job.
func NewClockSaying(env *Env, id string, words ClockWords, from, until time.Time, stop, more, over func()) *Clock {
	c := &Clock{env: env, from: from, until: until, over: over}
	buttons := []fyne.CanvasObject{StopButton(id+".stop", cmp.Or(words.Stop, env.T("clock.stop")), stop).Icon(look.IconStop),
		Quiet(id+".more", env.T("clock.more"), more).Icon(look.IconPlus)}
	for _, button := range words.Extra {
		buttons = append(buttons, button)
	}
	c.rest = look.NewText("", look.Style{Size: look.SizeTitle, Bold: true, Color: look.Ink})
	c.bar = newBar(look.Care)
	c.Object = container.NewStack(look.NewSurface(look.CareSoft, look.Care, look.Radius), Around(look.Group, Stack(look.Apart,
		RowTop(look.Apart,
			Stack(0, Inset(0, 4, 0, 0, look.NewIconOf(look.IconHourglass, look.Care, 28))),
			Width(96, c.rest),
			Fill(Stack(0, look.Strong(env.T("clock.title")), look.Body(cmp.Or(words.Text, env.T("clock.text"))).Clip()))),
		c.bar,
		Row(12, buttons...))))
	c.show()
	c.stop = env.Run.Every(250*time.Millisecond, c.show)
	return c
}

// Until moves the end, after more time was given.
func (c *Clock) Until(until time.Time) {
	c.until, c.overHit = until, false
	c.show()
}

// Close stops the ticking.
func (c *Clock) Close() { c.stop() }

func (c *Clock) show() {
	rest := c.until.Sub(c.env.Now())
	c.rest.Set(c.env.Words.Clock(rest))
	if whole := c.until.Sub(c.from); whole > 0 {
		c.bar.set(float64(rest) / float64(whole))
	}
	if rest <= 0 && !c.overHit {
		c.overHit = true
		if c.over != nil {
			c.over()
		}
	}
}
