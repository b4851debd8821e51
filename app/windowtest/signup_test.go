//go:build !nowindow

package windowtest

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser is a stand-in for the system's browser in a test of the window: the
// program opens an address by the system's own means, and the test does what a
// person does there. A real browser goes through sign-up in the tests of app and
// digipost/signup.
type browser struct {
	t      *testing.T
	opened string // the file the system's opener writes the address into
}

// newBrowser puts an opener of its own before the system's in PATH.
func newBrowser(t *testing.T) browser {
	t.Helper()
	folder := t.TempDir()
	b := browser{t: t, opened: filepath.Join(folder, "address")}
	opener := "#!/bin/sh\nprintf %s \"$1\" > '" + b.opened + ".new' && mv '" + b.opened + ".new' '" + b.opened + "'\n"
	if err := os.WriteFile(filepath.Join(folder, "xdg-open"), []byte(opener), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return b
}

var (
	hidden   = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	back     = regexp.MustCompile(`id="tilbake" href="([^"]+)"`)
	password = regexp.MustCompile(`id="passord">([^<]+)<`)
)

// signUp accepts on the page that was opened, takes the link back to the
// program, and gives the certificate's pass phrase as the page shows it.
func (b browser) signUp() (passphrase string) {
	b.t.Helper()
	address := b.address()
	page := b.get(address)
	form := url.Values{"accept": {"yes"}, "partner": {"yes"}}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	target, _, _ := strings.Cut(address, "?")
	done := b.read(http.PostForm(target, form))
	link := back.FindStringSubmatch(done)
	phrase := password.FindStringSubmatch(done)
	if link == nil || phrase == nil {
		b.t.Fatalf("no way back on the page:\n%s", done)
	}
	b.comeBack(html.UnescapeString(link[1]))
	return html.UnescapeString(phrase[1])
}

// comeBack opens the link as a browser does: without what stands behind the
// "#", which the page's script then posts.
func (b browser) comeBack(link string) {
	b.t.Helper()
	seen, _, _ := strings.Cut(link, "#")
	b.get(seen)
	target, _, _ := strings.Cut(seen, "?")
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, target, strings.NewReader(url.Values{"address": {link}}.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://"+request.URL.Host)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	b.read(http.DefaultClient.Do(request))
}

func (b browser) address() string {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if address, err := os.ReadFile(b.opened); err == nil {
			return string(address)
		}
	}
	b.t.Fatal("the program opened no browser")
	return ""
}

func (b browser) get(address string) string {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(http.DefaultClient.Do(request))
}

func (b browser) read(answer *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s %v\n%s", answer.Request.URL.Path, answer.Status, err, page)
	}
	return string(page)
}
