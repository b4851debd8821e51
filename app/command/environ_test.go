package command

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// TestEnvironmentIsWiped: a pass phrase is taken once, and after that neither a
// program started from here nor the system shows it.
func TestEnvironmentIsWiped(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows a program's environment to its user in a file")
	}
	const child, phrase = "BREVDUE_TEST_CHILD", "kanarifugl i gruven"
	if os.Getenv(child) == "yes" {
		if got := TakeEnvironment().Passphrase(); got != phrase {
			t.Errorf("took %q", got)
		}
		shown, err := os.ReadFile("/proc/self/environ")
		inherited, envErr := exec.Command("/usr/bin/env").Output()
		if err != nil || envErr != nil {
			t.Fatal(err, envErr)
		}
		for where, text := range map[string]string{"the system": string(shown), "a program": string(inherited)} {
			if strings.Contains(text, "kanarifugl") || !strings.Contains(text, child+"=yes") || !strings.Contains(text, "LAST_OF_ALL=here") {
				t.Errorf("%s shows %q", where, text)
			}
		}
		return
	}
	again := exec.Command(os.Args[0], "-test.run", "^TestEnvironmentIsWiped$")
	again.Env = append(os.Environ(), child+"=yes", envPassphrase+"="+phrase, envCertificate+"=", envKey+"=kanarifugl 2", envMail+"=kanarifugl=3", "LAST_OF_ALL=here")
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
