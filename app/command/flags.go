package command

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"time"

	"brevdue/app/post"
)

// flags are the values of all flags there are. One name means one thing in
// every command.
type flags struct {
	data, profile, environment, sandbox, secrets, lang string
	practice, json, yes, showNumbers, detach           bool
	wait                                               time.Duration

	dir, rest, sftp, people, trouble string
	seed                             int64

	org, paste, relay string
	half              bool
	port              int

	listen, tlsCert, tlsKey, notify, behind, callback, askRelay string
	mailServer, mailUser, mailFrom, mailTo                      string
	supportFile                                                 string

	certificate, sftpKey string
	makeSFTPKey          bool
	senderID, brokerID   int64

	sheet, group, problems string
	header                 int
	maps                   list
	dryRun                 bool

	search, file, writeBack               string
	via, pattern, ownPostage, out         string
	to, subject, auth, listFile, document string
	coolingOff                            time.Duration
	sensitive, foreignOK                  bool
	letterChoices
	eboxFlags
	documents, match, cut, template, trialTo string
	trial                                    int
	complete                                 bool
	takeOut, at, why, rule, nonce            string
	debugControls                            string
}

// letterChoices are the flags of what can be chosen for a letter beside its
// login, as they stand on the line.
type letterChoices struct {
	print, color, shred, openingReceipt       bool
	returnTo, printIfUnread, sms, emailNotice string
	reference, invoice, debt, payslip         string
	deliverAt, invite                         string
	address, phone, email                     string
}

// list is a flag that may be given several times.
type list []string

// String gives the values, for flag.Value.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set adds a value, for flag.Value.
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

// common are the flags every command takes, in the order the help shows them.
var common = []string{"data", "profile", "environment", "practice", "sandbox", "secrets", "json", "yes", "wait", "detach", "lang", "show-numbers"}

// windowFlags are those that may stand without a command.
var windowFlags = []string{"data", "profile", "environment", "practice", "sandbox", "secrets", "lang", "debug-controls"}

// define gives a set with all flags. The usage text of a flag is what stands
// for its value in the help; the words are command.flag.<name>.
func define(f *flags) *flag.FlagSet {
	set := flag.NewFlagSet("brevdue", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.data, "data", "", "DIR")
	set.StringVar(&f.profile, "profile", "", "NAME")
	set.StringVar(&f.environment, "environment", "", "production|test")
	set.BoolVar(&f.practice, "practice", false, "")
	set.StringVar(&f.sandbox, "sandbox", "", "FILE")
	set.StringVar(&f.secrets, "secrets", "keyring", "keyring|file:PATH")
	set.BoolVar(&f.json, "json", false, "")
	set.BoolVar(&f.yes, "yes", false, "")
	set.DurationVar(&f.wait, "wait", 0, "D")
	set.BoolVar(&f.detach, "detach", false, "")
	set.StringVar(&f.lang, "lang", "", "nb|en")
	set.BoolVar(&f.showNumbers, "show-numbers", false, "")

	set.StringVar(&f.dir, "dir", "", "DIR")
	set.StringVar(&f.rest, "rest", "", "ADDR")
	set.StringVar(&f.sftp, "sftp", "", "ADDR")
	set.StringVar(&f.people, "people", "", "FILE.csv")
	set.StringVar(&f.trouble, "trouble", "", "SPEC")
	set.Int64Var(&f.seed, "seed", 0, "N")

	set.StringVar(&f.org, "org", "", "NR")
	set.StringVar(&f.paste, "paste", "", "URL")
	set.BoolVar(&f.half, "half", false, "")
	set.StringVar(&f.relay, "relay", "", "URL")
	set.IntVar(&f.port, "port", 0, "N")
	set.StringVar(&f.supportFile, "support-file", "", "OUT.txt|-")
	defineRelay(set, f)

	set.StringVar(&f.certificate, "certificate", "", "FILE.p12")
	set.StringVar(&f.sftpKey, "sftp-key", "", "FILE")
	set.BoolVar(&f.makeSFTPKey, "make-sftp-key", false, "")
	set.Int64Var(&f.senderID, "sender-id", 0, "N")
	set.Int64Var(&f.brokerID, "broker-id", 0, "N")

	set.StringVar(&f.sheet, "sheet", "", "NAME")
	set.IntVar(&f.header, "header", 0, "N")
	set.Var(&f.maps, "map", "FIELD=COLUMN")
	set.StringVar(&f.group, "group", "", "G")
	set.BoolVar(&f.dryRun, "dry-run", false, "")
	set.StringVar(&f.problems, "problems", "", "OUT.xlsx")

	set.StringVar(&f.search, "search", "", "TEXT")
	set.StringVar(&f.file, "file", "", "FILE")
	set.StringVar(&f.writeBack, "write-back", "", "OUT.xlsx")
	set.StringVar(&f.via, "via", "", "auto|rest|batch")
	set.StringVar(&f.pattern, "pattern", "", "auto|split_first|register|send_only|send_or_print")
	set.StringVar(&f.ownPostage, "own-postage", "", "DIR")
	set.StringVar(&f.out, "out", "", "FILE.zip")
	set.StringVar(&f.to, "to", "", "KIND:VALUE")
	set.BoolVar(&f.foreignOK, "foreign-number-ok", false, "")
	set.StringVar(&f.subject, "subject", "", "S")
	set.DurationVar(&f.coolingOff, "cooling-off", 0, "D")
	set.StringVar(&f.auth, "auth", "", "password|two_factor")
	set.BoolVar(&f.sensitive, "sensitive", false, "")
	defineChoices(set, &f.letterChoices)
	defineEBox(set, &f.eboxFlags)
	set.StringVar(&f.listFile, "list", "", "FILE")
	set.StringVar(&f.document, "document", "", "FILE")
	defineOwn(set, f)
	set.StringVar(&f.takeOut, "take-out", "", "CUSTOMER")
	set.StringVar(&f.at, "at", "", "TIME")
	set.StringVar(&f.why, "why", "", "W")
	set.StringVar(&f.rule, "rule", "today", "today|2032")
	set.StringVar(&f.nonce, "nonce", "", "N")
	set.StringVar(&f.debugControls, "debug-controls", "", "FILE")
	return set
}

func defineOwn(set *flag.FlagSet, f *flags) {
	set.StringVar(&f.documents, "documents", "", "DIR")
	set.StringVar(&f.match, "match", "", "column:NAME|file")
	set.StringVar(&f.cut, "cut", "", "FILE.pdf")
	set.StringVar(&f.template, "template", "", "FILE")
	set.IntVar(&f.trial, "trial", 0, "N")
	set.StringVar(&f.trialTo, "trial-to", "", "KIND:VALUE")
	set.BoolVar(&f.complete, "complete", false, "")
}

func defineRelay(set *flag.FlagSet, f *flags) {
	set.StringVar(&f.listen, "listen", "", "ADDR")
	set.StringVar(&f.tlsCert, "tls-cert", "", "F")
	set.StringVar(&f.tlsKey, "tls-key", "", "F")
	set.StringVar(&f.notify, "notify", "", "COMMAND")
	set.StringVar(&f.mailServer, "mail-server", "", "HOST:PORT")
	set.StringVar(&f.mailUser, "mail-user", "", "NAME")
	set.StringVar(&f.mailFrom, "mail-from", "", "ADDRESS")
	set.StringVar(&f.mailTo, "mail-to", "", "ADDRESS,...")
	set.StringVar(&f.behind, "behind", "", "CIDR,...")
	set.StringVar(&f.callback, "callback", "", "PATH")
	set.StringVar(&f.askRelay, "check", "", "URL")
}

func defineChoices(set *flag.FlagSet, f *letterChoices) {
	set.BoolVar(&f.print, "print", false, "")
	set.StringVar(&f.returnTo, "return", "", addressForm)
	set.BoolVar(&f.color, "color", false, "")
	set.BoolVar(&f.shred, "shred", false, "")
	set.StringVar(&f.printIfUnread, "print-if-unread", "", "T")
	set.StringVar(&f.sms, "sms", "", "T|HOURS,...")
	set.StringVar(&f.emailNotice, "email-notice", "", emailForm)
	set.BoolVar(&f.openingReceipt, "opening-receipt", false, "")
	set.StringVar(&f.reference, "reference", "", "R")
	set.StringVar(&f.invoice, "invoice", "", billForm)
	set.StringVar(&f.debt, "debt", "", billForm)
	set.StringVar(&f.payslip, "payslip", "", payslipForm)
	set.StringVar(&f.deliverAt, "deliver-at", "", "T")
	set.StringVar(&f.invite, "invite", "", "T")
	set.StringVar(&f.address, "address", "", addressForm)
	set.StringVar(&f.phone, "phone", "", "N")
	set.StringVar(&f.email, "email", "", "A")
}

// wrongUse is a slip in the command line: the words are command.usage.<key>.
type wrongUse struct {
	key   string
	pairs []string
}

func (w *wrongUse) Error() string { return "wrong use: " + w.key }

// BadValue is the slip of a flag with a value that no command can use.
func BadValue(flag string, _ error) error { return usage("bad_value", "flag", flag) }

func usage(key string, pairs ...string) error { return &wrongUse{key, pairs} }

// parse fills the flags from anywhere on the line and gives the other words.
// What follows "--" is words, whatever it looks like. help is true when it was
// asked for with a flag. After a slip the rest is read all the same, so that the
// answer has the form and language that stand there; the first slip is told.
func parse(set *flag.FlagSet, args []string) (words []string, help bool, err error) {
	slip := func(wrong error) {
		if err == nil {
			err = wrong
		}
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(words, args...), help, err
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name == "help" || name == "h" {
			help = true
			continue
		}
		known := set.Lookup(name)
		if known == nil {
			slip(usage("unknown_flag", "flag", name))
			continue
		}
		if !given {
			if isSwitch(known) {
				value = "true"
			} else if len(args) == 0 {
				slip(usage("no_value", "flag", name))
				continue
			} else {
				value, args = args[0], args[1:]
			}
		}
		if set.Set(name, value) != nil {
			slip(usage("bad_value", "flag", name))
		}
	}
	return words, help, err
}

func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// given are the names of the flags on the line.
func given(set *flag.FlagSet) []string {
	var names []string
	set.Visit(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// mostCoolingOff is how long a job may cool off at most: later than that nobody
// remembers what they said yes to.
const mostCoolingOff = 24 * time.Hour

// check refuses values that no command takes.
func (f *flags) check(names, languages []string) error {
	has := func(name string) bool { return slices.Contains(names, name) }
	oneOf := func(value string, allowed ...string) bool { return slices.Contains(allowed, value) }
	switch {
	case has("lang") && !oneOf(f.lang, languages...):
		return usage("bad_value", "flag", "lang")
	case has("environment") && !oneOf(f.environment, string(post.Production), string(post.Test)):
		return usage("bad_value", "flag", "environment")
	case f.secrets != "keyring" && (!strings.HasPrefix(f.secrets, "file:") || f.secrets == "file:"):
		return usage("bad_value", "flag", "secrets")
	case has("auth") && !oneOf(f.auth, string(post.AuthPassword), string(post.AuthTwoFactor)):
		return usage("bad_value", "flag", "auth")
	case has("via") && !oneOf(f.via, viaAuto, string(post.ViaREST), string(post.ViaBatch)):
		return usage("bad_value", "flag", "via")
	case has("pattern") && !oneOf(f.pattern, patterns...):
		return usage("bad_value", "flag", "pattern")
	case !oneOf(f.rule, "today", "2032"):
		return usage("bad_value", "flag", "rule")
	case f.wait < 0:
		return usage("bad_value", "flag", "wait")
	case f.coolingOff < 0:
		return usage("bad_value", "flag", "cooling-off")
	case f.coolingOff > mostCoolingOff:
		return usage("cooling_off_long", "flag", "cooling-off")
	case has("header") && f.header < 1:
		return usage("bad_value", "flag", "header")
	case f.practice && has("environment"):
		return usage("not_together", "flag", "practice", "other", "environment")
	case has("debug-controls") && !f.practice:
		return usage("needs_flag", "flag", "debug-controls", "other", "practice")
	case f.sandbox != "" && !f.practice:
		return usage("needs_flag", "flag", "sandbox", "other", "practice")
	}
	return nil
}

// open gives the options for opening a profile.
func (f *flags) open() Options {
	options := Options{Data: f.data, Profile: f.profile, Environment: post.Environment(f.environment), Practice: f.practice,
		SandboxFile: f.sandbox, Secrets: f.secrets, Lang: f.lang}
	switch {
	case f.practice:
		options.Environment = post.Practice
	case f.environment == "":
		options.Environment = post.Production
	}
	return options
}

// Window reads a command line without a command: it opens the window.
// debugControls is the file of that name's flag. ok is false when there is a
// command, or a slip; then Main has the word.
func Window(args []string) (options Options, debugControls string, ok bool) {
	var f flags
	set := define(&f)
	words, help, err := parse(set, args)
	names := given(set)
	if err != nil || help || len(words) > 0 || f.check(names, languages()) != nil {
		return Options{}, "", false
	}
	for _, name := range names {
		if !slices.Contains(windowFlags, name) {
			return Options{}, "", false
		}
	}
	return f.open(), f.debugControls, true
}

// asWrongUse finds a slip in an error.
func asWrongUse(err error) (*wrongUse, bool) {
	var wrong *wrongUse
	ok := errors.As(err, &wrong)
	return wrong, ok
}
