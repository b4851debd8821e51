package belgium

import (
	"slices"

	"brevdue/app/onboarding"
	"brevdue/app/post"
)

// info is what a step is in the trajectory's profile.
func info(t post.EBoxTrajectory, id string) onboarding.EBoxStepInfo {
	found, _ := onboarding.EBoxStepByID(t.OwnKey, id)
	return found
}

// told gives what was told of a step; one of which nothing was told is open.
func told(t post.EBoxTrajectory, id string) post.EBoxStep {
	for _, s := range t.Steps {
		if s.ID == id {
			return s
		}
	}
	return post.EBoxStep{ID: id, State: post.EBoxOpen}
}

// over reports whether nothing is left to do in a step.
func over(state post.EBoxStepState) bool {
	return state == post.EBoxDone || state == post.EBoxSkipped
}

// next is the step a person who comes back should see: the first that can be done
// now, else the first that waits for somebody, else the last.
func next(t post.EBoxTrajectory) string {
	all := onboarding.EBoxSteps(t.OwnKey)
	for _, wanted := range []post.EBoxStepState{post.EBoxOpen, post.EBoxWaiting, post.EBoxBlocked} {
		for _, s := range all {
			if told(t, s.ID).State == wanted {
				return s.ID
			}
		}
	}
	return all[len(all)-1].ID
}

// neighbour gives the step before or after one, "" beyond the ends.
func neighbour(id string, by int) string {
	all := onboarding.EBoxSteps(false)
	at := slices.IndexFunc(all, func(s onboarding.EBoxStepInfo) bool { return s.ID == id }) + by
	if at < 0 || at >= len(all) {
		return ""
	}
	return all[at].ID
}

// part is what a step's page has beyond words and marks.
type part string

const (
	partCertificate part = "certificate"
	partNumber      part = "number"
	partClientID    part = "client_id"
	partKey         part = "key"
	partTest        part = "test"
)

// partsOf are the fields and checks on the page of a step.
func partsOf(t post.EBoxTrajectory, id string) []part {
	switch id {
	case onboarding.StepCert:
		if t.OwnKey {
			return []part{partKey}
		}
		return []part{partCertificate}
	case onboarding.StepSender:
		return []part{partNumber}
	case onboarding.StepAccount:
		return []part{partClientID}
	case onboarding.StepToken, onboarding.StepConnected, onboarding.StepDelivered:
		if t.OwnKey {
			return []part{partTest}
		}
	}
	return nil
}
