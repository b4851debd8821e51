package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"brevdue/app/number"
	"brevdue/app/onboarding"
	"brevdue/app/post"
	"brevdue/assets/lang"
)

// allCodes reads the codes from the source, so that a new one is seen.
func allCodes(t *testing.T) []post.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "post", "codes.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []post.Code
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, value := range spec.Values {
			text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, post.Code(text))
		}
		return true
	})
	if len(codes) < 50 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}

func TestEveryCodeHasAnExitCode(t *testing.T) {
	codes := allCodes(t)
	known := map[post.Code]bool{}
	for _, code := range codes {
		known[code] = true
		if _, ok := exits[code]; !ok {
			t.Errorf("%s has no exit code", code)
		}
	}
	for code := range exits {
		if !known[code] {
			t.Errorf("%s has an exit code and is no code", code)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, language := range lang.Languages() {
		words := lang.New(language)
		for _, code := range allCodes(t) {
			for _, key := range []string{"fault." + string(code), "fault." + string(code) + ".next"} {
				if !words.Has(key) {
					t.Errorf("%s lacks %s", language, key)
				}
			}
		}
	}
}

// usedKeys finds the literal keys in this package's calls for words.
var usedKeys = regexp.MustCompile(`(?:s|c\.s)\.(get|count|note|heads|line)\(([^\n]*)`)

func TestEveryWordIsThere(t *testing.T) {
	var keys []string
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"([a-z_.-]+)"`)
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range usedKeys.FindAllStringSubmatch(string(text), -1) {
			found := literal.FindAllStringSubmatch(call[2], -1)
			switch {
			case len(found) == 0:
			case call[1] == "heads":
				for _, key := range found {
					keys = append(keys, "label."+key[1])
				}
			case call[1] == "line":
				keys = append(keys, "label."+found[0][1])
			case !strings.HasSuffix(found[0][1], "."):
				keys = append(keys, found[0][1])
			}
		}
		for _, wrong := range regexp.MustCompile(`usage\("([a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			keys = append(keys, "usage."+wrong[1])
		}
	}
	if len(keys) < 80 {
		t.Fatalf("only %d keys found", len(keys))
	}
	for _, c := range commands() {
		keys = append(keys, "does."+strings.ReplaceAll(c.name, " ", "_"))
		for _, name := range c.flags {
			keys = append(keys, "flag."+name)
		}
	}
	for _, name := range common {
		keys = append(keys, "flag."+name)
	}
	for _, state := range []onboarding.State{onboarding.NotStarted, onboarding.BrowserOpened, onboarding.Applied, onboarding.Returned, onboarding.Verified, onboarding.Refused} {
		keys = append(keys, "onboard.state."+string(state))
	}
	for _, kind := range []number.Kind{number.KindBirth, number.KindD, number.KindSynthetic, number.KindOrganisation, number.KindAccount, number.KindKID, number.KindKBO} {
		keys = append(keys, "check.valid."+string(kind))
	}
	for _, reason := range []string{number.ReasonEmpty, number.ReasonNotDigits, number.ReasonLength, number.ReasonDate, number.ReasonCheckDigit, number.ReasonFirstDigit} {
		keys = append(keys, "check.reason."+reason)
	}
	keys = append(keys, "label.delivered_at", "label.delivered_later")
	for _, question := range []string{"passphrase", "certificate", "key"} {
		keys = append(keys, "ask."+question)
	}
	for _, language := range lang.Languages() {
		words := lang.New(language)
		for _, key := range keys {
			if !words.Has("command." + key) {
				t.Errorf("%s lacks command.%s", language, key)
			}
		}
		// Words of other parts that are shown here, too.
		for _, key := range []string{"status.delivered", "reason.not_a_user", "split.never", "split.digipost", "job.state.done",
			"job.kind.mailing", "ending.nothing_delivered", "ending.some_delivered", "ending.too_late", "ending.unknown", "problem.bad_check_digit",
			"detail." + remarks[0], "detail." + remarks[1]} {
			if !words.Has(key) {
				t.Errorf("%s lacks %s", language, key)
			}
		}
	}
}
