package inbox

import (
	"context"
	"testing"

	"brevdue/app/inbox"
	"brevdue/app/post"
	"brevdue/ui/look"
	"brevdue/ui/parts/partstest"
)

// TestPictures shows every page, empty and full.
func TestPictures(t *testing.T) {
	for _, story := range []partstest.Story{{Language: "nl", Mode: look.Light, Width: 1280, Height: 800}, {Language: "nl", Mode: look.Light, Width: 1024, Height: 700},
		{Language: "nb", Mode: look.Light, Width: 1280, Height: 800}, {Language: "en", Mode: look.Dark, Width: 1024, Height: 700}} {
		b, snap := story.Open(t, "inbox")
		b.Clock = clock
		show := func(f *fakeBox, ready error) *Screen {
			s := New(b.Env, Ports{Inbox: f, Ready: func(context.Context) error { return ready }, OpenFolder: func(context.Context, string) error { return nil }})
			b.Framed(s, "", story.Width, story.Height)
			return s
		}
		look := func(moment string) {
			snap(moment)
			if found := partstest.Unfinished(b.Window.Canvas()); len(found) > 0 {
				t.Errorf("%s %s: %v", story.Language, moment, found)
			}
		}
		f := full()
		s := show(f, nil)
		look("1list")
		b.Tap(t, "inbox.choose")
		b.Tap(t, "inbox.row.0")
		b.Tap(t, "inbox.row.2")
		look("2choosing")
		b.Tap(t, "inbox.choose.end")
		b.Tap(t, "inbox.row.0")
		look("3message")
		b.Picture(t, "inbox-3message-tall-"+story.Language, story.Width, 1300)
		s.Back()
		b.Framed(s, "", story.Width, story.Height)
		b.Tap(t, "inbox.save.all")
		look("4where")
		f.fails["m2"] = post.NewFault(post.CodeDigestWrong, nil, "file", "toelichting.pdf")
		s.model.into("/home/els/Documenten/e-Box")
		look("5warning")
		s.model.page, s.model.progress = pageSaving, inbox.Progress{Done: 12, Total: 68, Item: s.model.plan.Items[0]}
		b.Env.Redraw()
		look("6saving")
		s.model.page = pageSave
		s.model.fetch()
		look("7result")
		show(&fakeBox{sources: f.sources[:1]}, nil)
		look("8empty")
		show(&fakeBox{}, post.NewFault(post.CodeNoEBox, nil))
		look("9profile-a")
		show(full(), nil)
		b.Type(t, "inbox.search", "niets te vinden\n")
		look("9nohits")
	}
}
