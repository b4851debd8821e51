package command

import (
	"io"

	"brevdue/assets/lang"
)

// Tell says to a person what went wrong before a command or the window could
// start, and gives the exit code. language "" is the system's.
func Tell(w io.Writer, environment Environment, language string, err error) int {
	if language == "" {
		language = environment.Language()
	}
	s := &session{err: w, out: w, texts: lang.New(language)}
	return s.fail(err)
}
