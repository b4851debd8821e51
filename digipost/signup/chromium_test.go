package signup

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browser starts a real Chromium with a profile of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("REQUIRE_REAL") == "1" {
			t.Fatal("chromium is missing")
		}
		t.Skip("chromium is missing")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-quic", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("host-resolver-rules", "MAP evil.test 127.0.0.1"))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(func() { chromedp.Cancel(ctx); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	return ctx
}

// tab opens a page in the browser.
func tab(t *testing.T, browser context.Context, steps ...chromedp.Action[chromedp.Void]) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, limit := context.WithTimeout(ctx, 30*time.Second)
	t.Cleanup(limit)
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// read gives what an action finds in the tab.
func read[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	value, err := chromedp.Run(tab, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The elements of the pages.
const (
	back     = chromedp.CSS("#back")
	main     = chromedp.CSS("main")
	heading  = chromedp.CSS("#rest h1")
	finished = chromedp.CSS("h1.good")
	receive  = chromedp.CSS("main.receive")
	refused  = chromedp.CSS("main.refused")
	field    = chromedp.CSS("textarea")
	button   = chromedp.CSS("button")
)

// site serves one page on a port of its own.
func site(t *testing.T, html string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, html)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// linked is the page at Digipost's with the link back.
func linked(t *testing.T, address string) string {
	return site(t, fmt.Sprintf(`<!DOCTYPE html><title>Registrering</title><a id="back" href="%s">Tilbake</a>`, strings.ReplaceAll(address, "&", "&amp;")))
}

func TestChromium(t *testing.T) {
	chromium := browser(t)
	want := Answer{34567, "kunde123#1A2B", nonce}

	for name, query := range map[string]string{
		"raw":                 "?sender-id=34567&dp-address=kunde123#1A2B&nonce=" + nonce,
		"escaped":             "?sender-id=34567&dp-address=kunde123%231A2B&nonce=" + nonce,
		"nonce first":         "?nonce=" + nonce + "&dp-address=kunde123#1A2B&sender-id=34567",
		"nonce in the middle": "?sender-id=34567&nonce=" + nonce + "&dp-address=kunde123#1A2B",
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t)
			ctx := tab(t, chromium, chromedp.Navigate(linked(t, l.URL()+query)), chromedp.Click(back), chromedp.WaitVisible(finished))
			if text := read(t, ctx, chromedp.Text(main)); !strings.Contains(text, "Du kan lukke denne fanen") {
				t.Errorf("the last page says %q", text)
			}
			if address := read(t, ctx, chromedp.Location()); strings.Contains(address, nonce) || strings.Contains(address, "34567") {
				t.Errorf("the address bar still shows %s", address)
			}
			picture(t, ctx, "done")
			answered(t, l, want)
		})
	}

	t.Run("without script", func(t *testing.T) {
		l := listen(t)
		address := l.URL() + "?sender-id=34567&dp-address=kunde123#1A2B&nonce=" + nonce
		ctx := tab(t, chromium, noScript, chromedp.Navigate(linked(t, address)), chromedp.Click(back), chromedp.WaitVisible(field))
		if text := read(t, ctx, chromedp.Text(heading)); text != "Lim inn adressen" {
			t.Errorf("the page says %q", text)
		}
		waiting(t, l)
		picture(t, ctx, "paste")
		if err := chromedp.Do(ctx, chromedp.SendKeys(field, "hei"), chromedp.Click(button), chromedp.WaitNotPresent(receive)); err != nil {
			t.Fatal(err)
		}
		if text := read(t, ctx, chromedp.Text(heading)); text != "Adressen kunne ikke leses" {
			t.Errorf("nonsense pasted: %q", text)
		}
		if err := chromedp.Do(ctx, chromedp.SendKeys(field, address), chromedp.Click(button), chromedp.WaitVisible(finished)); err != nil {
			t.Error(err)
		}
		answered(t, l, want)
	})

	t.Run("another attempt", func(t *testing.T) {
		l := listen(t)
		ctx := tab(t, chromium, chromedp.Navigate(linked(t, l.URL()+"?sender-id=1&dp-address=x#y&nonce=wrong")), chromedp.Click(back), chromedp.WaitVisible(refused))
		if text := read(t, ctx, chromedp.Text(heading)); text != "Svaret hører ikke til denne økten" {
			t.Errorf("the page says %q", text)
		}
		picture(t, ctx, "refused")
		waiting(t, l)
	})

	t.Run("second return", func(t *testing.T) {
		l := listenWith(t, 0)
		page := linked(t, l.URL()+"?sender-id=34567&dp-address=kunde123#1A2B&nonce="+nonce)
		first, second := tab(t, chromium, chromedp.Navigate(page)), tab(t, chromium, chromedp.Navigate(page))
		for _, ctx := range []context.Context{first, second} {
			if err := chromedp.Do(ctx, chromedp.Click(back), chromedp.WaitVisible(finished)); err != nil {
				t.Fatal(err)
			}
		}
		answered(t, l, want)
	})

	t.Run("late return", func(t *testing.T) {
		l := listen(t)
		l.until = time.Now().Add(-time.Second)
		ctx := tab(t, chromium, chromedp.Navigate(linked(t, l.URL()+"?sender-id=34567&dp-address=kunde123#1A2B&nonce="+nonce)), chromedp.Click(back), chromedp.WaitVisible(refused))
		if text := read(t, ctx, chromedp.Text(heading)); text != "Svaret hører ikke til denne økten" {
			t.Errorf("the page says %q", text)
		}
		waiting(t, l)
	})

	t.Run("another attempt without script", func(t *testing.T) {
		l := listen(t)
		address := l.URL() + "?sender-id=34567&dp-address=kunde123#1A2B&nonce=wrong"
		tab(t, chromium, noScript, chromedp.Navigate(linked(t, address)), chromedp.Click(back), chromedp.WaitVisible(field),
			chromedp.SendKeys(field, address), chromedp.Click(button), chromedp.WaitVisible(refused))
		waiting(t, l)
	})

	t.Run("hostile", func(t *testing.T) { hostile(t, chromium) })
}

func noScript(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return chromedp.Void{}, err
}

// picture keeps what the page looks like, for eyes, where PAGES_DIR says.
func picture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	if dir := os.Getenv("PAGES_DIR"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), read(t, tab, chromedp.CaptureScreenshot()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// answered checks the answer and that the listener is gone after it.
func answered(t *testing.T, l *Listener, want Answer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if got, err := l.Wait(ctx); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	select {
	case <-l.stopped:
	case <-ctx.Done():
		t.Error("the listener did not stop by itself")
	}
}

// hostile is a page on another port of this machine that knows everything, the
// nonce included. Nothing of what it does is accepted, and it reads nothing.
func hostile(t *testing.T, chromium context.Context) {
	l := listen(t)
	body := "address=" + strings.NewReplacer("&", "%26", "=", "%3D", "?", "%3F").Replace("?sender-id=666&nonce="+nonce)
	page := site(t, fmt.Sprintf(`<!DOCTYPE html><title>evil</title>
<form id="f" method="post" action="%[1]s"><input name="address" value="?sender-id=666&amp;nonce=%[2]s"></form>
<iframe id="frame" sandbox="allow-forms allow-scripts" srcdoc='<form id="f" method="post" action="%[1]s"><input name="address" value="?sender-id=666&amp;amp;nonce=%[2]s"></form><script>f.submit()</script>'></iframe>
<iframe src="%[1]s?sender-id=666&amp;nonce=%[2]s"></iframe>
<script>
window.told = [];
async function attack() {
  const form = {"Content-Type": "application/x-www-form-urlencoded"};
  for (const [name, options] of Object.entries({
    simple: {method: "POST", headers: form, body: "%[3]s"}, opaque: {method: "POST", mode: "no-cors", headers: form, body: "%[3]s"},
    get: {}, credentials: {credentials: "include"},
  })) {
    try { const r = await fetch("%[1]s", options); told.push(name + ":" + r.type + ":" + r.status + ":" + (await r.text()).length); }
    catch (e) { told.push(name + ":failed"); }
  }
  await new Promise(done => { const i = new Image(); i.onload = () => { told.push("image:loaded"); done(); }; i.onerror = () => { told.push("image:failed"); done(); }; i.src = "%[1]s?sender-id=666&nonce=%[2]s"; });
  await new Promise(done => { const s = document.createElement("script"); s.onload = () => { told.push("script:loaded"); done(); }; s.onerror = () => { told.push("script:failed"); done(); }; s.src = "%[1]s"; document.head.append(s); });
  document.title = "over";
}
attack();
</script>`, l.URL(), nonce, body))
	ctx := tab(t, chromium, chromedp.Navigate(page))
	read(t, ctx, chromedp.Poll[bool](`document.title === "over"`))
	told := read(t, ctx, chromedp.Evaluate[[]string]("told"))
	if got := strings.Join(told, " "); got != "simple:failed opaque:failed get:failed credentials:failed image:failed script:failed" {
		t.Errorf("the page was told: %s", got)
	}
	waiting(t, l)
	turnedAway(t, ctx, http.StatusForbidden, chromedp.Submit(chromedp.CSS("#f")))
	waiting(t, l)
	named := fmt.Sprintf("http://evil.test:%d%s?sender-id=666&nonce=%s", l.Port(), l.Path(), nonce)
	turnedAway(t, ctx, http.StatusMisdirectedRequest, chromedp.Navigate(named))
	waiting(t, l)
}

// turnedAway checks that a step leads to an answer of the status and no page.
// For an empty answer the browser shows an error page of its own.
func turnedAway(t *testing.T, ctx context.Context, status int64, step chromedp.Action[chromedp.Void]) {
	t.Helper()
	seen := make(chan int64, 10)
	if err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*network.EventResponseReceived); ok && e.Type == "Document" {
			select {
			case seen <- e.Response.Status:
			default:
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.RunResponse(ctx, step); err != nil {
		t.Logf("the browser: %v", err)
	}
	select {
	case got := <-seen:
		if got != status {
			t.Errorf("status %d, want %d", got, status)
		}
	case <-time.After(5 * time.Second):
		t.Error("no answer was seen")
	}
}
