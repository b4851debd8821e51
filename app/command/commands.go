package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// A command of the line. The words for what it does are command.does.<name>,
// with "_" for a blank.
type command struct {
	name  string
	args  string // as the help shows them
	flags []string
	// least and most words after the name; most -1 is any number.
	least, most int
	run         func(ctx context.Context, s *session, words []string) error
}

// mailFlags say whom a mailing is for, with what, and how.
var mailFlags = []string{"list", "group", "document", "documents", "match", "foreign-number-ok", "cut", "template", "pattern", "via"}

// commands are all there are, in the order of the help. Two words are a command
// with a part; one with the same first word and no second takes the rest.
func commands() []command {
	return slices.Concat([]command{
		{name: "sandbox", flags: []string{"dir", "rest", "sftp", "people", "trouble", "seed", "relay"}, run: runSandbox},
		{name: "onboard", flags: []string{"org", "paste", "half", "relay", "port"}, run: onboard},
		{name: "credentials set", flags: []string{"certificate", "sftp-key", "make-sftp-key", "sender-id", "broker-id"}, run: credentialsSet},
		{name: "credentials show", run: credentialsShow},
		{name: "credentials forget", run: credentialsForget},
		{name: "credentials trust-host", args: "FINGERPRINT", least: 1, most: 1, run: credentialsTrustHost},
		{name: "doctor", flags: []string{"support-file"}, run: runDoctor},
		{name: "import", args: "FILE", flags: []string{"sheet", "header", "map", "group", "dry-run", "problems"}, least: 1, most: 1, run: importList},
		{name: "import undo", args: "ID", least: 1, most: 1, run: importUndo},
		{name: "register list", flags: []string{"search", "group"}, run: registerList},
		{name: "register show", args: "ID", least: 1, most: 1, run: registerShow},
		{name: "register forget", args: "ID", least: 1, most: 1, run: registerForget},
		{name: "split", flags: []string{"group", "file", "via", "write-back"}, run: split},
		{name: "send", args: "FILE [ATTACHMENT...]", flags: append([]string{"to", "address", "phone", "email", "foreign-number-ok"}, letterFlags...), least: 1, most: -1, run: send},
		{name: "mail", flags: append(append(slices.Clone(mailFlags), "trial", "trial-to", "at", "dry-run", "write-back", "own-postage"), letterFlags...), run: mail},
		{name: "make split", flags: []string{"out", "group", "file", "via"}, run: makeSplit},
		{name: "make mail", flags: append(append(slices.Clone(mailFlags), "out"), letterFlags...), run: makeMail},
		{name: "jobs", run: listJobs},
		{name: "job", args: "ID", least: 1, most: 1, run: showJob},
		{name: "resume", args: "[ID]", flags: []string{"complete"}, most: 1, run: resume},
		{name: "pause", args: "ID", least: 1, most: 1, run: pause},
		{name: "stop", args: "ID", flags: []string{"take-out"}, least: 1, most: 1, run: stop},
		{name: "again", args: "ID", flags: []string{"cooling-off"}, least: 1, most: 1, run: again},
		{name: "close", args: "DEVIATION", flags: []string{"why"}, least: 1, most: 1, run: closeDeviation},
		{name: "evidence", args: "ID OUT.zip", least: 2, most: 2, run: makeEvidence},
		{name: "evidence verify", args: "FILE.zip", least: 1, most: 1, run: verifyEvidence},
		{name: "prices show", run: showPrices},
		{name: "prices set", args: "KEY=VALUE...", least: 1, most: -1, run: setPrices},
	}, eboxCommands(), []command{
		{name: "relay", flags: []string{"listen", "tls-cert", "tls-key", "dir", "notify", "mail-server", "mail-user", "mail-from", "mail-to", "behind", "callback", "check"}, run: runRelay},
		{name: "check number", args: "KIND VALUE", flags: []string{"rule"}, least: 2, most: 2, run: checkNumber},
		{name: "check job", args: "FILE", least: 1, most: 1, run: checkJob},
		{name: "check document", args: "FILE.xml", least: 1, most: 1, run: checkDocument},
		{name: "check pdf", args: "FILE", least: 1, most: 1, run: checkPDF},
		{name: "check return-url", args: "URL", flags: []string{"nonce"}, least: 1, most: 1, run: checkReturn},
		{name: "version", run: version},
	})
}

// find gives the command that the words begin with, and the words after it.
func find(words []string) (command, []string, error) {
	var whole *command
	parts := false
	for _, c := range commands() {
		first, second, two := strings.Cut(c.name, " ")
		if first != words[0] {
			continue
		}
		if !two {
			whole = &c
			continue
		}
		parts = true
		if len(words) > 1 && words[1] == second {
			return c, words[2:], nil
		}
	}
	switch {
	case whole != nil:
		return *whole, words[1:], nil
	case parts && len(words) == 1:
		return command{}, nil, usage("part_missing", "command", words[0])
	case parts:
		return command{}, nil, usage("unknown_command", "command", words[0]+" "+words[1])
	}
	return command{}, nil, usage("unknown_command", "command", words[0])
}

// allows refuses flags the command does not take and too few or many words.
func (c command) allows(given, words []string) error {
	for _, name := range given {
		if !slices.Contains(common, name) && !slices.Contains(c.flags, name) {
			return usage("flag_elsewhere", "flag", name, "command", c.name)
		}
	}
	switch {
	case len(words) < c.least:
		return usage("words_missing", "command", c.name, "args", c.args)
	case c.most >= 0 && len(words) > c.most:
		return usage("words_many", "command", c.name, "word", words[c.most])
	}
	return nil
}

// help prints the commands, or one with its flags.
func (s *session) help(words []string) int {
	if len(words) > 0 && words[0] == "help" {
		words = words[1:]
	}
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	defer w.Flush()
	if len(words) == 0 {
		fmt.Fprintln(w, s.get("help.usage"))
		fmt.Fprintln(w)
		for _, c := range commands() {
			fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace(c.name+" "+c.args), s.does(c))
		}
		fmt.Fprintf(w, "\n%s\n", s.get("help.common"))
		s.flagHelp(w, common)
		fmt.Fprintf(w, "\n%s\n", s.get("help.exits"))
		return exitDone
	}
	shown := false
	for _, c := range commands() {
		if first, _, _ := strings.Cut(c.name, " "); c.name != strings.Join(words, " ") && (len(words) > 1 || first != words[0]) {
			continue
		}
		shown = true
		fmt.Fprintf(w, "brevdue %s\n  %s\n", strings.TrimSpace(c.name+" "+c.args), s.does(c))
		s.flagHelp(w, c.flags)
	}
	if !shown {
		return s.fail(usage("unknown_command", "command", words[0]))
	}
	fmt.Fprintf(w, "\n%s\n", s.get("help.common"))
	s.flagHelp(w, common)
	return exitDone
}

func (s *session) does(c command) string {
	return s.get("does." + strings.ReplaceAll(c.name, " ", "_"))
}

func (s *session) flagHelp(w io.Writer, names []string) {
	var f flags
	set := define(&f)
	for _, name := range names {
		fmt.Fprintf(w, "  -%s %s\t%s\n", name, set.Lookup(name).Usage, s.get("flag."+name))
	}
}
