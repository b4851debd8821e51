package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Trouble is one fault that the stand-in makes on purpose.
type Trouble struct {
	What   string  // delay, stall, reset_before ...
	Path   string  // only there; "" means everywhere
	Arg    string  // duration, seconds, bytes: see troubleArgs
	Chance float64 // 0 to 1
}

// argKind says what kind of argument a trouble takes.
type argKind int

const (
	noArg argKind = iota
	needDuration
	mayDuration
	maySeconds
	mayStatus
	needBytes
	needCode
)

// troubleArgs names every trouble there is:
//
//	delay:TIME      the answer comes later
//	stall           no answer at all, the connection stays open
//	reset_before    connection reset, nothing was done
//	reset_after     done, then connection reset: the answer is lost
//	500             SERVER_ERROR, nothing was done
//	503[:SECONDS]   API_UNAVAILABLE with Retry-After, nothing was done
//	error:CODE      this error code with its status, nothing was done
//	cut             done, the answer ends half-way
//	bad_hash        done, the hash of the answer is wrong
//	bad_signature   done, the signature of the answer is wrong
//	html[:STATUS]   a page of some proxy, unsigned (502 unless told), nothing was done
//	clock:TIME      the stand-in's clock is off by TIME for this request
//	batch_counts:N  an answer about a batch of the sender API counts N letters more
//	receipt_delay[:TIME]  receipts come later (30 s unless told)
//	receipt_order   the result comes before the receipt of arrival
//	receipt_broken  first a damaged result, then a whole one
//	host_key        another SSH host key
//	sftp_cut:BYTES  the connection is lost after so many bytes of an upload
//	sftp_full       no room for the upload
//
// at the e-Box (a path is the address itself, or its short form such as /token,
// /registry, /ebox/messages, /v2/ebox or its last word such as /content):
//
//	401             the token is not good any more
//	403             the scope is missing
//	404             there is nothing there
//	413             the request is too large
//	429[:SECONDS]   too many requests, with Retry-After
//	retry_date      Retry-After of 429 and 503 is a date
//	retry_body      429 and 503 tell the time in their body only
//	empty[:STATUS]  an answer without a body (500 unless told)
//	digest          a document comes with other bytes than were announced
//	slow:TIME       a document takes TIME to come
//
// and what happens to a letter after it was accepted (at /messages, in a mailing
// at /masseutsendelse and the name of its file):
//
//	unread          it is never opened
//	print_failed    it can't be printed
//	shredded        it comes back, and is destroyed if that was chosen
//	sms_failed      reminders by SMS do not get through
//	email_failed    reminders by e-mail do not get through
func troubleArgs(what string) (argKind, bool) {
	switch what {
	case "delay", "clock", "slow":
		return needDuration, true
	case "receipt_delay":
		return mayDuration, true
	case "503", "429":
		return maySeconds, true
	case "html", "empty":
		return mayStatus, true
	case "sftp_cut", "batch_counts":
		return needBytes, true
	case "error":
		return needCode, true
	case "stall", "reset_before", "reset_after", "500", "cut", "bad_hash", "bad_signature",
		"receipt_order", "receipt_broken", "host_key", "sftp_full",
		"unread", "print_failed", "shredded", "sms_failed", "email_failed",
		"401", "403", "404", "413", "retry_date", "retry_body", "digest":
		return noArg, true
	}
	return noArg, false
}

// ParseTrouble reads a SPEC: comma-separated WHAT[@PATH][:ARG][%CHANCE], for
// example "delay:50ms,reset_after@/messages%5". CHANCE is in per cent. An
// empty SPEC is no trouble.
func ParseTrouble(spec string) ([]Trouble, error) {
	var list []Trouble
	if strings.TrimSpace(spec) == "" {
		return nil, nil
	}
	for _, item := range strings.Split(spec, ",") {
		t, err := parseTrouble(strings.TrimSpace(item))
		if err != nil {
			return nil, fmt.Errorf("trouble %q: %w", item, err)
		}
		list = append(list, t)
	}
	return list, nil
}

func parseTrouble(item string) (Trouble, error) {
	t := Trouble{Chance: 1}
	rest, chance, hasChance := strings.Cut(item, "%")
	if hasChance {
		percent, err := strconv.ParseFloat(chance, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return t, errors.New("the chance must be a number from 0 to 100")
		}
		t.Chance = percent / 100
	}
	rest, arg, hasArg := strings.Cut(rest, ":")
	t.Arg = arg
	what, path, hasPath := strings.Cut(rest, "@")
	t.What, t.Path = what, path
	if hasPath && !strings.HasPrefix(path, "/") {
		return t, errors.New("a path must begin with /")
	}
	kind, ok := troubleArgs(what)
	if !ok {
		return t, errors.New("unknown trouble")
	}
	return t, checkArg(kind, arg, hasArg)
}

func checkArg(kind argKind, arg string, given bool) error {
	must := kind == needDuration || kind == needBytes || kind == needCode
	switch {
	case kind == noArg && given:
		return errors.New("takes no argument")
	case must && arg == "", given && arg == "":
		return errors.New("an argument is missing")
	case !given:
		return nil
	}
	switch kind {
	case needDuration, mayDuration:
		if _, err := time.ParseDuration(arg); err != nil {
			return errors.New("the argument must be a time such as 50ms")
		}
	case maySeconds, needBytes:
		if n, err := strconv.ParseInt(arg, 10, 64); err != nil || n < 0 {
			return errors.New("the argument must be a whole number")
		}
	case needCode:
		if _, known := pairings[code(arg)]; !known {
			return errors.New("the argument must be an error code of the sender API")
		}
	case mayStatus:
		if n, err := strconv.Atoi(arg); err != nil || n < 200 || n > 599 {
			return errors.New("the argument must be an HTTP status")
		}
	}
	return nil
}

// at says whether the trouble concerns a path: that path itself or one below it.
func (t Trouble) at(path string) bool {
	return t.Path == "" || path == t.Path || strings.HasPrefix(path, strings.TrimSuffix(t.Path, "/")+"/") && t.Path != "/"
}

// trouble is the set in force. Each entry has dice of its own, so that the same
// seed gives an entry the same sequence whatever else is asked meanwhile.
type trouble struct {
	seed uint64
	mu   sync.Mutex
	spec string
	list []Trouble
	dice []*rand.Rand // for each of list
}

func newTrouble(spec string, seed int64) (*trouble, error) {
	t := &trouble{seed: uint64(seed)}
	return t, t.set(spec)
}

// set replaces all trouble; the sequences begin anew.
func (t *trouble) set(spec string) error {
	list, err := ParseTrouble(spec)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spec, t.list, t.dice = strings.TrimSpace(spec), list, nil
	for i := range list {
		t.dice = append(t.dice, rand.New(rand.NewPCG(t.seed, 0x627265766475+uint64(i))))
	}
	return nil
}

func (t *trouble) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.spec
}

// strikes rolls the dice for a kind of trouble at a path and gives its argument.
func (t *trouble) strikes(what, path string) (arg string, hit bool) {
	for _, one := range t.all(path, false, what) {
		return one.Arg, true
	}
	return "", false
}

// all rolls for every trouble at a path among the given kinds, in the order of
// the SPEC. named: only entries that name a path.
func (t *trouble) all(path string, named bool, kinds ...string) []Trouble {
	return t.pick(func(one Trouble) bool { return one.at(path) && !(named && one.Path == "") }, kinds)
}

// pick rolls for every trouble that is meant, among the given kinds.
func (t *trouble) pick(meant func(Trouble) bool, kinds []string) []Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	var hits []Trouble
	for i, one := range t.list {
		if !slices.Contains(kinds, one.What) || !meant(one) {
			continue
		}
		if one.Chance >= 1 || t.dice[i].Float64() < one.Chance {
			hits = append(hits, one)
		}
	}
	return hits
}

// wait is the time of a delaying trouble at a path.
func (t *trouble) wait(what, path string, otherwise time.Duration) time.Duration {
	arg, hit := t.strikes(what, path)
	if !hit {
		return 0
	}
	if d, err := time.ParseDuration(arg); err == nil {
		return max(d, 0)
	}
	return otherwise
}

// shuffled gives the numbers below n in an order of its own, so that no client
// learns to rely on the order of rows.
func shuffled(n int, seed int64, salt string) []int {
	var mix uint64 = 14695981039346656037 // FNV-1a
	for _, b := range []byte(salt) {
		mix = (mix ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(uint64(seed), mix)).Perm(n)
}
