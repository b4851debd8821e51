package command

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"brevdue/app/flow"
	"brevdue/app/job"
	"brevdue/app/post"
)

// viaAuto and patternAuto leave a choice to the program's rules.
const (
	viaAuto     = "auto"
	patternAuto = "auto"
)

// patterns are what -pattern may be.
var patterns = []string{patternAuto, string(post.PatternSplitFirst), string(post.PatternRegister), string(post.PatternSendOnly),
	string(post.PatternSendOrPrint)}

const (
	// oftenWithin is how far back mailings tell how often somebody sends.
	oftenWithin = 28 * 24 * time.Hour
	// weeklyMailings is how many mailings within that time are once a week.
	weeklyMailings = 4
)

// choosePattern gives the pattern of a mailing: the one on the line, or for auto
// the advised one, with the reasons on standard error. Without the flag the
// letters go by what the register knows.
func (s *session) choosePattern(ctx context.Context, p *Program, people flow.People, options post.Options) (post.Pattern, error) {
	paper := options.Paper != nil && options.Paper.IfNoDigipost
	switch {
	case s.flags.pattern == "" && paper:
		return post.PatternSendOrPrint, nil
	case s.flags.pattern == "":
		return post.PatternRegister, nil
	case s.flags.pattern != patternAuto:
		return post.Pattern(s.flags.pattern), nil
	}
	facts, often, err := s.patternFacts(ctx, p, people)
	if err != nil {
		return "", err
	}
	advice := job.Advise(job.Answers{Often: often, PaperForRest: paper}, facts, s.now())
	s.note("mail.pattern", "pattern", s.get("pattern."+string(advice.Pattern)))
	for _, reason := range advice.Reasons {
		var pairs []string
		for name, value := range reason.Fields {
			if n, err := strconv.Atoi(value); err == nil {
				value = s.number(n)
			}
			pairs = append(pairs, name, value)
		}
		s.note("pattern.because."+reason.Code, pairs...)
	}
	return advice.Pattern, nil
}

// patternFacts are what an advice is made of. How often is told by the mailings
// of late to the same people.
func (s *session) patternFacts(ctx context.Context, p *Program, people flow.People) (job.Facts, job.Often, error) {
	facts := job.Facts{Letters: people.Sendable(), ByNameAndAddress: byNames(people), NeverChecked: people.NotChecked}
	if s.flags.documents != "" {
		facts.LargestBytes = largestIn(s.flags.documents)
	} else if info, err := os.Stat(s.flags.document); err == nil {
		facts.LargestBytes = info.Size()
	}
	jobs, err := p.Jobs.Jobs(ctx, post.JobQuery{Kinds: []post.JobKind{post.KindMailing, post.KindSplit}})
	if err != nil {
		return facts, "", fmt.Errorf("look for earlier mailings: %w", err)
	}
	mailings := 0
	for _, earlier := range jobs {
		all := earlier.Source.Group == "" && earlier.Source.Path == ""
		same := earlier.Source.Group == people.Source.Group && earlier.Source.Path == people.Source.Path
		switch {
		case earlier.Kind == post.KindSplit && earlier.State == post.JobDone && (same || all):
			if earlier.Ended.After(facts.LastSplit) {
				facts.LastSplit = earlier.Ended
			}
		case earlier.Kind == post.KindMailing && same && !earlier.ApprovedAt.IsZero() && earlier.Ending != post.NothingDelivered &&
			s.now().Sub(earlier.ApprovedAt) < oftenWithin:
			mailings++
		}
	}
	switch {
	case mailings >= weeklyMailings:
		return facts, job.Weekly, nil
	case mailings > 0:
		return facts, job.Sometimes, nil
	}
	return facts, job.Once, nil
}

// byNames is how many can be found by name and address only.
func byNames(people flow.People) int {
	n := 0
	for _, to := range people.To {
		if to.LeftOut == post.ReasonNone && to.To.Kind == post.ByNameAndAddress {
			n++
		}
	}
	return n
}

// chooseVia gives the way out of a mailing: the one on the line, else by the
// rule, with the reason on standard error. Digipost is asked about the agreement
// only where the rule would take the batch interface.
func (s *session) chooseVia(ctx context.Context, p *Program, people flow.People, options post.Options) (post.Via, error) {
	if s.flags.via != "" && s.flags.via != viaAuto {
		return post.Via(s.flags.via), nil
	}
	key, err := p.Sender.SFTPKey(ctx)
	if err != nil {
		return "", fmt.Errorf("look for the SFTP key: %w", err)
	}
	facts := job.ViaFacts{Letters: people.Sendable(), ByNameAndAddress: byNames(people) > 0, HasSFTPKey: key.Fingerprint != "",
		HasBatchFeature: true, Options: options, SubjectLength: utf8.RuneCountInString(s.flags.subject)}
	via, reason := job.ChooseVia(facts)
	if via == post.ViaBatch {
		proof, err := p.Sender.Prove(ctx)
		if err != nil {
			return "", fmt.Errorf("ask about the agreement: %w", err)
		}
		facts.HasBatchFeature = proof.Has(post.FeatureBatchMailing)
		via, reason = job.ChooseVia(facts)
	}
	option := ""
	if lacks := job.BatchLacks(options); lacks != "" {
		option = s.texts.Get("lacks." + lacks)
	}
	s.note("mail.via", "way", s.via(via), "why", s.get("via.because."+string(reason), "limit", s.number(job.ManyLetters), "option", option))
	return via, nil
}
