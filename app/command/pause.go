package command

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"brevdue/app/post"
)

type pausedJSON struct {
	Job    string `json:"job"`
	State  string `json:"state"`
	Paused bool   `json:"paused"`
}

// pause lets what has not left of a job wait until it is resumed by its name.
func pause(ctx context.Context, s *session, words []string) error {
	return s.with(ctx, func(p *Program) error {
		job, err := p.Jobs.Pause(ctx, words[0])
		if err != nil {
			return err
		}
		s.emit(pausedJSON{job.ID, string(job.State), !job.PausedAt.IsZero()}, func(w io.Writer) {
			fmt.Fprintln(w, s.get("pause.paused", "job", job.ID))
		})
		return nil
	})
}

// deviationJSON is something that did not go as it should and is not closed.
type deviationJSON struct {
	ID  string `json:"id"`
	Job string `json:"job"`
	// Seq is the letter's place in the job, 0 for the job as a whole.
	Seq        int    `json:"seq"`
	CustomerID string `json:"customer_id"`
	Name       string `json:"name"`
	Code       string `json:"code"`
	Reason     string `json:"reason"`
	Since      string `json:"since"`
	Owner      string `json:"owner"`
	Note       string `json:"note"`
}

func deviationLine(d post.Deviation) deviationJSON {
	return deviationJSON{id(d.ID), d.Job, d.Seq, d.CustomerID, d.Name, string(d.Code), string(d.Reason), moment(d.Since), d.Owner, d.Note}
}

// deviationsText lists deviations below what was printed, where there are any.
func (s *session) deviationsText(w io.Writer, open []post.Deviation) {
	if len(open) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.count("deviations.open", len(open)))
	s.heads(w, "deviation", "job", "name", "what", "why", "since", "owner", "note")
	for _, d := range open {
		why := ""
		if d.Reason != post.ReasonNone {
			why = s.texts.Reason(string(d.Reason))
		}
		row(w, id(d.ID), d.Job, d.Name, s.get("deviation."+string(d.Code)), why, s.texts.Time(d.Since), d.Owner, d.Note)
	}
}

type closedJSON struct {
	Deviation string `json:"deviation"`
	Job       string `json:"job"`
	Code      string `json:"code"`
	Closed    string `json:"closed"`
	Why       string `json:"why"`
}

// closeDeviation closes an open deviation for the reason a person gives.
func closeDeviation(ctx context.Context, s *session, words []string) error {
	why := strings.TrimSpace(s.flags.why)
	if why == "" {
		return usage("flag_missing", "flag", "why")
	}
	number, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return usage("deviation_number", "word", words[0])
	}
	return s.with(ctx, func(p *Program) error {
		if _, err := findDeviation(ctx, p, number, true); err != nil {
			return err
		}
		if err := p.Jobs.CloseDeviation(ctx, number, why); err != nil {
			return err
		}
		closed, err := findDeviation(ctx, p, number, false)
		if err != nil {
			return err
		}
		s.emit(closedJSON{id(number), closed.Job, string(closed.Code), moment(closed.Closed), closed.Why}, func(w io.Writer) {
			fmt.Fprintln(w, s.get("deviations.closed", "deviation", id(number), "why", closed.Why))
		})
		return nil
	})
}

// findDeviation gives a deviation by its number; open finds only one that is.
func findDeviation(ctx context.Context, p *Program, number int64, open bool) (post.Deviation, error) {
	all, err := p.Jobs.Deviations(ctx, open)
	if err != nil {
		return post.Deviation{}, err
	}
	for _, d := range all {
		if d.ID == number {
			return d, nil
		}
	}
	return post.Deviation{}, post.NewFault(post.CodeDeviationUnknown, nil, "deviation", id(number))
}
