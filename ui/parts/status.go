package parts

import (
	"fyne.io/fyne/v2"

	"brevdue/app/post"
	"brevdue/ui/look"
)

// Status is a state as it is shown: a shape, a colour and a word, so that nobody
// needs to see the colour.
type Status struct {
	Icon  look.IconName
	Color fyne.ThemeColorName
	Word  string
}

// View shows the status on one line.
func (s Status) View() fyne.CanvasObject {
	return Row(look.Near, look.NewIconOf(s.Icon, s.Color, 18), look.Body(s.Word))
}

type shape struct {
	icon  look.IconName
	color fyne.ThemeColorName
}

var itemShapes = map[post.ItemStatus]shape{
	post.ItemDraft:        {look.IconDraft, look.QuietInk},
	post.ItemReady:        {look.IconReady, look.QuietInk},
	post.ItemScheduled:    {look.IconClock, look.QuietInk},
	post.ItemCoolingOff:   {look.IconHourglass, look.Care},
	post.ItemPaused:       {look.IconPause, look.Care},
	post.ItemSending:      {look.IconArrow, look.Accent},
	post.ItemReceived:     {look.IconTray, look.Accent},
	post.ItemHeld:         {look.IconHand, look.Care},
	post.ItemDelivered:    {look.IconTick, look.Good},
	post.ItemOpened:       {look.IconOpened, look.Good},
	post.ItemPrinting:     {look.IconPrinter, look.Good},
	post.ItemPosted:       {look.IconStamp, look.Good},
	post.ItemPending:      {look.IconClock, look.Accent},
	post.ItemNotDelivered: {look.IconCross, look.Stop},
	post.ItemPrintFailed:  {look.IconCross, look.Stop},
	post.ItemShredded:     {look.IconTrash, look.QuietInk},
	post.ItemUnsure:       {look.IconQuestion, look.Care},
	post.ItemStopped:      {look.IconStop, look.Stop},
}

var jobShapes = map[post.JobState]shape{
	post.JobReady:      {look.IconReady, look.Care},
	post.JobCoolingOff: {look.IconHourglass, look.Care},
	post.JobSending:    {look.IconArrow, look.Accent},
	post.JobWaiting:    {look.IconClock, look.Accent},
	post.JobDone:       {look.IconTick, look.Good},
	post.JobStopped:    {look.IconStop, look.Stop},
	post.JobRefused:    {look.IconCross, look.Stop},
}

var splitShapes = map[post.SplitStatus]shape{
	post.NeverChecked: {look.IconReady, look.QuietInk},
	post.HasDigipost:  {look.IconTick, look.Good},
	post.Identified:   {look.IconLetter, look.Accent},
	post.Unidentified: {look.IconQuestion, look.Care},
	post.Invalid:      {look.IconCross, look.Stop},
	post.Missing:      {look.IconPause, look.QuietInk},
}

// ItemStatus shows what is known of a letter.
func ItemStatus(words *look.Words, status post.ItemStatus) Status {
	s := itemShapes[status]
	return Status{Icon: s.icon, Color: s.color, Word: words.Status(string(status))}
}

// JobState shows where a job is.
func JobState(words *look.Words, state post.JobState) Status {
	s := jobShapes[state]
	return Status{Icon: s.icon, Color: s.color, Word: words.Get("job.state." + string(state))}
}

// SplitStatus shows whether a person has Digipost.
func SplitStatus(words *look.Words, status post.SplitStatus) Status {
	s := splitShapes[status]
	key := "split." + string(status)
	if status == post.NeverChecked {
		key = "split.never"
	}
	return Status{Icon: s.icon, Color: s.color, Word: words.Get(key)}
}
