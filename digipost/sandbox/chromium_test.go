package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A real browser fills in the form and clicks the link back. What arrives at
// the program's listener is cut at the raw #, as with Digipost's own page.
func TestSignupInChromium(t *testing.T) {
	path := program(t, "chromium")
	s := start(t)
	got := make(chan string, 8)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/retur" {
			got <- r.URL.RawQuery + " " + r.Referer()
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<p id=arrived>framme</p>"))
	}))
	defer listener.Close()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	defer end()
	ctx, stop := chromedp.NewContext(ctx)
	defer func() {
		_ = chromedp.Cancel(ctx) // waits for the browser, which writes into its folder
		stop()
	}()
	for hash, want := range map[string]string{
		"raw":     "sender-id=1000&dp-address=kunde123 ",
		"escaped": "sender-id=1000&dp-address=kunde123%231A2B&nonce=n1 ",
	} {
		page := s.Ready().Signup + "?" + signupQuery(s.Ready(), "redirect-url", listener.URL+"/retur", "nonce", "n1", "hash", hash)
		if err := chromedp.Do(ctx, chromedp.Navigate(page), chromedp.Click(chromedp.CSS("#accept")), chromedp.Click(chromedp.CSS("#fullfor")),
			chromedp.Click(chromedp.CSS("#tilbake")), chromedp.WaitVisible(chromedp.CSS("#arrived"))); err != nil {
			t.Fatalf("%s: %v", hash, err)
		}
		select {
		case query := <-got:
			if query != want {
				t.Errorf("%s: the listener got %q", hash, query)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: nothing arrived", hash)
		}
	}
}
