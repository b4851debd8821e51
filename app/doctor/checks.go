package doctor

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"time"

	"brevdue/app/post"
)

// The bounds of what is well.
const (
	// mostSkew is where Digipost begins to refuse; from worthSaying on, a clock is
	// on its way there.
	mostSkew    = 5 * time.Minute
	worthSaying = time.Minute
	// soon is how long before its end a certificate is to be renewed.
	soon = 30 * 24 * time.Hour
	// leastFree holds a large mailing and its receipts.
	leastFree = 200e6
)

// trialName is the keyring entry that comes and goes.
const trialName = "doctor-trial"

// round is one run, with what later checks need of earlier ones.
type round struct {
	Ports
	failed []Name
	// unusable is set when no call can be signed with the certificate.
	unusable bool
	proof    post.Proof
	// proved is set after a call that was accepted, refusal when one was refused.
	proved  bool
	refusal *post.Fault
	// needs is what must be well before the call can be made.
	needs Name
}

func well(pairs ...string) Check { return Check{OK: true, Fields: fieldsOf(pairs)} }

func (c Check) saying(code Code) Check { c.Code = code; return c }

func ill(code Code, pairs ...string) Check { return Check{Code: code, Fields: fieldsOf(pairs)} }

func faulty(err error) Check { return Check{Fault: post.FaultOf(err)} }

func notTried(needs Name) Check { return ill(CodeNotTried, "needs", string(needs)) }

func fieldsOf(pairs []string) map[string]string {
	if len(pairs) == 0 {
		return nil
	}
	return post.NewFault("", nil, pairs...).Fields
}

// keyring writes a secret, reads it and removes it again.
func (r *round) keyring(ctx context.Context) Check {
	value := rand.Text()
	if err := r.Secrets.Set(ctx, trialName, []byte(value)); err != nil {
		return faulty(err)
	}
	removed := false
	defer func() {
		if !removed { // a trial must leave nothing behind, also when its time is over
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			_ = r.Secrets.Delete(ctx, trialName)
		}
	}()
	got, found, err := r.Secrets.Get(ctx, trialName)
	if err != nil {
		return faulty(err)
	}
	if !found || string(got) != value {
		return ill(CodeDiffers)
	}
	if err := r.Secrets.Delete(ctx, trialName); err != nil {
		return faulty(err)
	}
	if _, found, err := r.Secrets.Get(ctx, trialName); err != nil || found {
		return ill(CodeLeft)
	}
	removed = true
	if r.InFile != nil && r.InFile() {
		return well().saying(CodeFile)
	}
	return well()
}

// certificate looks at the file with the key that signs.
func (r *round) certificate(ctx context.Context) Check {
	if slices.Contains(r.failed, Keyring) {
		r.unusable = true
		return notTried(Keyring)
	}
	facts, err := r.Certificate(ctx)
	if err != nil {
		r.unusable = true
		return faulty(err)
	}
	if facts.NotAfter.IsZero() {
		return well().saying(CodeKeyOnly)
	}
	left := facts.NotAfter.Sub(r.Now())
	if sender, err := r.ownSender(ctx); err == nil && facts.OrganisationNumber != "" && sender.OrganisationNumber != "" &&
		facts.OrganisationNumber != sender.OrganisationNumber {
		return faulty(post.NewFault(post.CodeWrongCompany, nil))
	}
	pairs := []string{"subject", facts.Subject, "issuer", facts.Issuer, "date", facts.NotAfter.Local().Format("02.01.2006"),
		"days", strconv.Itoa(int(max(left, 0) / (24 * time.Hour)))}
	switch {
	case left <= 0:
		r.unusable = true
		return ill(CodeExpired, pairs...)
	case left < soon:
		return ill(CodeSoon, pairs...)
	}
	return well(pairs...)
}

// ownSender is the sender where it signs itself: a partner's certificate is not the
// customer's, and the stand-in's serves everybody in practice.
func (r *round) ownSender(ctx context.Context) (post.Sender, error) {
	if r.Sender == nil {
		return post.Sender{}, nil
	}
	sender, err := r.Sender(ctx)
	if err != nil || sender.Environment == post.Practice || sender.BrokerID != 0 && sender.BrokerID != sender.SenderID {
		return post.Sender{}, err
	}
	return sender, nil
}

// rest makes the signed call that clock and agreement look at, too.
func (r *round) rest(ctx context.Context) Check {
	if r.unusable {
		r.needs = Certificate
		return notTried(Certificate)
	}
	sender, err := r.Sender(ctx)
	if err == nil && sender.SenderID == 0 {
		err = post.NewFault(post.CodeNoSender, nil)
	}
	if err != nil {
		r.needs, r.refusal = Agreement, post.FaultOf(err)
		return notTried(Agreement)
	}
	start := r.Now()
	r.proof, err = r.Prove(ctx, sender)
	took := []string{"ms", strconv.FormatInt(r.Now().Sub(start).Milliseconds(), 10)}
	switch code := post.CodeOf(err); {
	case err == nil && r.proof.SenderID != sender.SenderID:
		r.needs, r.refusal = Agreement, post.NewFault(post.CodeNotAuthorised, nil,
			"sender", strconv.FormatInt(sender.SenderID, 10), "detail", strconv.FormatInt(r.proof.SenderID, 10))
		return well(took...).saying(CodeAnswered)
	case err == nil:
		r.proved = true
		return well(took...)
	case code == post.CodeClockWrong:
		r.needs, r.refusal = Clock, post.FaultOf(err)
		return notTried(Clock)
	case code == post.CodeSignatureRefused, code == post.CodeNotAuthorised, code == post.CodeAgreement:
		r.needs, r.refusal = Agreement, post.FaultOf(err)
		return well(took...).saying(CodeAnswered)
	case slices.Contains(certificateCodes, code):
		r.needs = Certificate
		return notTried(Certificate)
	}
	r.needs = REST
	return faulty(err)
}

// certificateCodes are faults of a call that did not leave for want of a key.
var certificateCodes = []post.Code{post.CodeNoCertificate, post.CodeWrongPassword, post.CodeCertificateBroken,
	post.CodeCertificateKey, post.CodeCertificateOld, post.CodeKeyringMissing, post.CodeKeyringLocked, post.CodeKeyringFailed}

// clock compares the machine's clock with Digipost's.
func (r *round) clock(context.Context) Check {
	if r.needs == Clock {
		return Check{Fault: r.refusal}
	}
	if !r.proved {
		return notTried(r.needs)
	}
	skew, code := r.proof.ClockSkew, CodeAhead
	if skew < 0 {
		skew, code = -skew, CodeBehind
	}
	switch {
	case skew > mostSkew:
		return ill(code, "minutes", strconv.Itoa(int(skew.Round(time.Minute)/time.Minute)))
	case skew > worthSaying:
		return well("seconds", strconv.Itoa(int(skew/time.Second))).saying(code)
	}
	return well()
}

// offered are the features that change what the program can do for a sender.
var offered = []string{post.FeatureDigipost, post.FeaturePaper, post.FeatureBatchSplit, post.FeatureBatchMailing, post.FeatureNoKID}

// agreement says what Digipost lets the sender do.
func (r *round) agreement(ctx context.Context) Check {
	check := r.agreed()
	if r.Relay != nil {
		host, err := r.Relay(ctx)
		check.Relay, check.RelayWell = host, err == nil
	}
	return check
}

func (r *round) agreed() Check {
	switch {
	case r.needs == Agreement:
		return Check{Fault: r.refusal}
	case !r.proved:
		return notTried(r.needs)
	case len(r.proof.Features) == 0:
		return well("sender", strconv.FormatInt(r.proof.SenderID, 10)).saying(CodeUnlisted)
	}
	check := well("sender", strconv.FormatInt(r.proof.SenderID, 10))
	for _, feature := range offered {
		if r.proof.Has(feature) {
			check.Features = append(check.Features, feature)
		} else {
			check.Missing = append(check.Missing, feature)
		}
	}
	switch {
	case !r.proof.Has(post.FeatureDigipost):
		check.OK = false
		return check.saying(CodeNoDelivery)
	case len(check.Missing) > 0:
		return check.saying(CodePartly)
	}
	return check
}

// sftp logs in at the batch server, unless the agreement has no use for it.
func (r *round) sftp(ctx context.Context) Check {
	if slices.Contains(r.failed, Keyring) {
		return notTried(Keyring)
	}
	uses := r.proof.Has(post.FeatureBatchSplit) || r.proof.Has(post.FeatureBatchMailing)
	if r.proved && len(r.proof.Features) > 0 && !uses {
		return well().saying(CodeNotNeeded)
	}
	sender, err := r.Sender(ctx)
	if err != nil || sender.SenderID == 0 {
		return notTried(Agreement)
	}
	if err := r.SFTP(ctx, sender); err != nil {
		return faulty(err)
	}
	return well()
}

// disk looks for room to work.
func (r *round) disk(ctx context.Context) Check {
	free, err := r.Free(ctx)
	if err != nil {
		return faulty(err)
	}
	pairs := []string{"free_mb", strconv.FormatUint(free/1e6, 10), "least_mb", strconv.Itoa(leastFree / 1e6)}
	if free < leastFree {
		return ill(CodeLow, pairs...)
	}
	return well(pairs...)
}

// database has SQLite look through its file.
func (r *round) database(ctx context.Context) Check {
	facts, err := r.Database(ctx)
	if err != nil {
		return faulty(err)
	}
	return well("engine", facts.Engine, "schema", strconv.Itoa(facts.Schema))
}

// graphics looks whether a window can open.
func (r *round) graphics(ctx context.Context) Check {
	facts, err := r.Graphics(ctx)
	switch {
	case err != nil:
		return faulty(err)
	case facts.Slow:
		return well().saying(CodeSlow)
	}
	return well()
}

// versions tells what runs.
func (r *round) versions(context.Context) Check {
	facts := r.Versions()
	check := well("version", facts.Program, "go", facts.Go, "window", facts.Window, "system", facts.System)
	if facts.Window == "" {
		return check.saying(CodeNoWindow)
	}
	return check
}
