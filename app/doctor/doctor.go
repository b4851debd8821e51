// Package doctor looks at everything a letter needs on its way and says of each
// whether it is well and, where it is not, what to do next. It looks only: the
// one thing it writes is a passing entry in the keyring. A check is a code with
// fields; the words stand in assets/lang.
package doctor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"brevdue/app/post"
)

// Name is the name of a check, as the command line gives it.
type Name string

// The checks, in the order of a report.
const (
	Clock       Name = "clock"
	Keyring     Name = "keyring"
	Certificate Name = "certificate"
	Agreement   Name = "agreement"
	REST        Name = "rest"
	SFTP        Name = "sftp"
	Disk        Name = "disk"
	Database    Name = "database"
	Graphics    Name = "graphics"
	Versions    Name = "versions"
)

// order is that of a report; a check that needs another is made after it.
var order = []Name{Clock, Keyring, Certificate, Agreement, REST, SFTP, Disk, Database, Graphics, Versions}

// Code says more of a check: why it failed, or what is worth saying although
// all is well.
type Code string

// The codes. Behind each stand the check and the fields that fill its words.
const (
	// CodeNotTried needs another check to be well first: needs.
	CodeNotTried Code = "not_tried"
	// CodeTimeout took too long: seconds.
	CodeTimeout Code = "timeout"
	// CodeAhead and CodeBehind are a clock that is off: minutes when the check
	// failed, seconds when it is only said.
	CodeAhead  Code = "ahead"
	CodeBehind Code = "behind"
	// CodeDiffers is a keyring that gave another value than was put in.
	CodeDiffers Code = "differs"
	// CodeLeft is a keyring that did not remove what it was asked to.
	CodeLeft Code = "left"
	// CodeFile is an encrypted file in place of a keyring.
	CodeFile Code = "file"
	// CodeKeyOnly is a certificate file with a key that signs, but without a
	// certificate of it that can be read.
	CodeKeyOnly Code = "key_only"
	// CodeExpired is a certificate that is no longer valid: date, issuer.
	CodeExpired Code = "expired"
	// CodeSoon is one that soon is not: date, days, issuer.
	CodeSoon Code = "soon"
	// CodePartly is an agreement without some of what can be had.
	CodePartly Code = "partly"
	// CodeUnlisted is one of which Digipost does not say what it holds.
	CodeUnlisted Code = "unlisted"
	// CodeNoDelivery is one that does not hold letters to Digipost users.
	CodeNoDelivery Code = "no_delivery"
	// CodeAnswered is a Digipost that answered, but refused the call: ms.
	CodeAnswered Code = "answered"
	// CodeNotNeeded is SFTP that the agreement has no use for.
	CodeNotNeeded Code = "not_needed"
	// CodeLow is a disk with too little room: free_mb, least_mb.
	CodeLow Code = "low"
	// CodeSlow is a window that the processor draws, for want of a graphics card.
	CodeSlow Code = "slow"
	// CodeNoWindow is a build without a window.
	CodeNoWindow Code = "no_window"
)

// Check is what was found of one thing.
type Check struct {
	Name Name
	OK   bool
	// Code is empty when all is well and no more is to be said, and when Fault
	// says why not.
	Code Code
	// Fields fill the gaps of the words. Never a secret or a personal number.
	Fields map[string]string
	// Features are what the agreement holds and Missing what else can be had, as
	// the post.Feature constants name them (check agreement).
	Features, Missing []string
	// Fault is why the check failed, where it has words of its own.
	Fault *post.Fault
	// Relay is the host of the partner's relay, where one was asked, and RelayWell
	// whether it answered (check agreement). It does not change OK: who has a
	// sender-id does not need it.
	Relay     string
	RelayWell bool
}

// Report is all that was looked at, in the order of the names above.
type Report struct{ Checks []Check }

// OK reports whether every check is well.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Checks, func(c Check) bool { return !c.OK })
}

// Check finds a check by its name.
func (r Report) Check(name Name) (Check, bool) {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}, false
	}
	return r.Checks[i], true
}

// Doctor makes the checks. It keeps nothing: every run looks afresh.
type Doctor struct{ ports Ports }

// New makes a doctor.
func New(ports Ports) *Doctor {
	if ports.Now == nil {
		ports.Now = time.Now
	}
	return &Doctor{ports: ports}
}

// Names are the checks that Run makes, in the order of its report.
func (d *Doctor) Names() []Name {
	var names []Name
	for _, name := range order {
		if d.has(name) {
			names = append(names, name)
		}
	}
	return names
}

// has reports whether there is a port to look through.
func (d *Doctor) has(name Name) bool {
	p := d.ports
	switch name {
	case Keyring:
		return p.Secrets != nil
	case Certificate:
		return p.Certificate != nil
	case Clock, Agreement, REST:
		return p.Prove != nil && p.Sender != nil
	case SFTP:
		return p.SFTP != nil && p.Sender != nil
	case Disk:
		return p.Free != nil
	case Database:
		return p.Database != nil
	case Graphics:
		return p.Graphics != nil
	case Versions:
		return p.Versions != nil
	}
	return false
}

// Run makes all checks, one after the other. found hears of each as soon as it
// is made, from this goroutine; it may be nil. The error is the context's, when
// it ends before the last one; what was found until then is in the report.
func (d *Doctor) Run(ctx context.Context, found func(Check)) (Report, error) {
	r := &round{Ports: d.ports}
	var report Report
	for _, step := range []struct {
		name Name
		make func(context.Context) Check
	}{
		{Keyring, r.keyring}, {Certificate, r.certificate}, {REST, r.rest}, {Clock, r.clock},
		{Agreement, r.agreement}, {SFTP, r.sftp}, {Disk, r.disk}, {Database, r.database},
		{Graphics, r.graphics}, {Versions, r.versions},
	} {
		if !d.has(step.name) {
			continue
		}
		check := d.limited(ctx, step.name, step.make)
		if err := ctx.Err(); err != nil {
			return report, err
		}
		r.failed = append(r.failed, failedOf(check)...)
		report.Checks = append(report.Checks, check)
		slices.SortFunc(report.Checks, func(a, b Check) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
		if found != nil {
			found(check)
		}
	}
	return report, nil
}

func failedOf(check Check) []Name {
	if check.OK {
		return nil
	}
	return []Name{check.Name}
}

// The usual times. A locked keyring asks the person first, and a large database
// on a slow disk takes its time.
const (
	usualLimit    = 20 * time.Second
	keyringLimit  = time.Minute
	databaseLimit = 2 * time.Minute
)

func (d *Doctor) limit(name Name) time.Duration {
	switch {
	case d.ports.Limit > 0:
		return d.ports.Limit
	case name == Keyring, name == Certificate:
		return keyringLimit
	case name == Database:
		return databaseLimit
	}
	return usualLimit
}

// limited makes one check within its own time.
func (d *Doctor) limited(parent context.Context, name Name, look func(context.Context) Check) Check {
	limit := d.limit(name)
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	check := look(ctx)
	check.Name = name
	late := errors.Is(ctx.Err(), context.DeadlineExceeded)
	if check.Fault == nil || check.Fault.Code != post.CodeInternal {
		return check
	}
	if late {
		return Check{Name: name, Code: CodeTimeout,
			Fields: map[string]string{"seconds": strconv.Itoa(int((limit + time.Second - 1) / time.Second))}}
	}
	// The words of an unknown fault name where it came from.
	check.Fault = post.NewFault(post.CodeInternal, check.Fault.Err, "code", "doctor: "+string(name))
	return check
}
