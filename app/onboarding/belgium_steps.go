package onboarding

import (
	"slices"

	"brevdue/app/post"
)

// EBoxRole is who does a step of the trajectory to the Belgian e-Box. The words
// are ebox.role.<role>; the letters are the ones the Flemish guide uses.
type EBoxRole string

// The roles. Everybody with the rights of a manager of access (TB) has those of a
// local manager, too.
const (
	RoleWV      EBoxRole = "wv"      // wettelijk vertegenwoordiger: legal representative
	RoleHTB     EBoxRole = "htb"     // hoofdtoegangsbeheerder
	RoleTB      EBoxRole = "tb"      // toegangsbeheerder, lokale beheerder
	RoleGB      EBoxRole = "gb"      // groepsbeheerder
	RoleGEB     EBoxRole = "geb"     // gewone gebruiker with the right for ChaMan
	RoleDPT     EBoxRole = "dpt"     // Team DigiPost
	RoleAnyone  EBoxRole = "anyone"  // anyone of the enterprise
	RoleProgram EBoxRole = "program" // this program does it itself
)

// The steps of the trajectory, as the guide of Team DigiPost orders them.
const (
	StepManager   = "S0"  // a manager of access is appointed
	StepRequest   = "S1"  // request in Facilipunt
	StepCert      = "S2"  // certificate
	StepActivate  = "S3"  // e-Box activated
	StepTerms     = "S4"  // terms of a Document Consumer accepted: irreversible
	StepSender    = "S5"  // sender in ChaMan
	StepAccount   = "S6"  // REST account in ChaMan
	StepClientID  = "S7"  // ClientID handed to Team DigiPost
	StepToken     = "S8"  // access token
	StepConnected = "S9"  // connected
	StepDelivered = "S10" // first delivery seen
)

// EBoxStepInfo is what a step of the trajectory is, whatever a person has done of
// it.
type EBoxStepInfo struct {
	// ID is S0 to S10.
	ID string
	// Words is the beginning of the keys of its words: Words + ".title", ".how",
	// ".needs", ".gives", and ".skip" where it may be skipped.
	Words string
	// Who may do it, the usual one first.
	Who []EBoxRole
	// URL is the page where it is done, or empty.
	URL string
	// Needs are the steps that must be done or skipped before.
	Needs []string
	// MaySkip says that what the step gives may be there already.
	MaySkip bool
	// Irreversible says that what is done here cannot be undone.
	Irreversible bool
	// Waits says that somebody else does it: it is waited for as soon as it could be
	// done, and the person is reminded after RemindAfter working days.
	Waits       bool
	RemindAfter int
	// Unneeded says that the step falls away in this profile.
	Unneeded bool
	// Proved says that the program proves the step itself, and a person cannot tick
	// it.
	Proved bool
}

// remindAfter is how many working days Team DigiPost is left alone. How long it
// takes is not published.
const remindAfter = 5

// The pages of the trajectory.
const (
	urlFacilipunt = "https://facilipunt.vlaanderen.be"
	urlEBox       = "https://www.eboxenterprise.be"
	urlTerms      = "https://app.eboxenterprise.be/management"
	urlChaMan     = "https://chaman.socialsecurity.be/"
)

// steps is the table of Team DigiPost's onboarding guide, which holds the private
// key itself (profile A).
var steps = []EBoxStepInfo{
	{ID: StepManager, Words: "ebox.step.s0", Who: []EBoxRole{RoleWV}, MaySkip: true},
	{ID: StepRequest, Words: "ebox.step.s1", Who: []EBoxRole{RoleAnyone}, URL: urlFacilipunt, MaySkip: true},
	{ID: StepCert, Words: "ebox.step.s2", Who: []EBoxRole{RoleDPT}, Needs: []string{StepRequest}, Waits: true, RemindAfter: remindAfter},
	{ID: StepActivate, Words: "ebox.step.s3", Who: []EBoxRole{RoleWV}, URL: urlEBox, MaySkip: true},
	{ID: StepTerms, Words: "ebox.step.s4", Who: []EBoxRole{RoleTB, RoleHTB}, URL: urlTerms, Needs: []string{StepManager, StepActivate}, MaySkip: true, Irreversible: true},
	{ID: StepSender, Words: "ebox.step.s5", Who: []EBoxRole{RoleTB, RoleGB, RoleGEB}, URL: urlChaMan, Needs: []string{StepManager}, MaySkip: true},
	{ID: StepAccount, Words: "ebox.step.s6", Who: []EBoxRole{RoleTB, RoleHTB}, URL: urlChaMan, Needs: []string{StepCert, StepTerms, StepSender}, MaySkip: true},
	{ID: StepClientID, Words: "ebox.step.s7", Who: []EBoxRole{RoleAnyone}, URL: urlFacilipunt, Needs: []string{StepAccount}},
	{ID: StepToken, Words: "ebox.step.s8", Who: []EBoxRole{RoleDPT}, Needs: []string{StepClientID}, Waits: true, RemindAfter: remindAfter},
	{ID: StepConnected, Words: "ebox.step.s9", Who: []EBoxRole{RoleDPT}, Needs: []string{StepToken}, Waits: true, RemindAfter: remindAfter},
	{ID: StepDelivered, Words: "ebox.step.s10", Who: []EBoxRole{RoleAnyone}, Needs: []string{StepConnected}},
}

// ownKeySteps are the steps that are others where the enterprise holds the
// private key itself (profile B): nobody is asked for a certificate or a token,
// and the program proves the rest.
var ownKeySteps = []EBoxStepInfo{
	{ID: StepRequest, Words: "ebox.step.s1", Who: []EBoxRole{RoleAnyone}, URL: urlFacilipunt, Unneeded: true},
	{ID: StepCert, Words: "ebox.step.s2.own", Who: []EBoxRole{RoleAnyone}},
	{ID: StepClientID, Words: "ebox.step.s7", Who: []EBoxRole{RoleAnyone}, URL: urlFacilipunt, Unneeded: true},
	{ID: StepToken, Words: "ebox.step.s8.own", Who: []EBoxRole{RoleProgram}, Needs: []string{StepAccount}, Proved: true},
	{ID: StepConnected, Words: "ebox.step.s9.own", Who: []EBoxRole{RoleProgram}, Needs: []string{StepToken}, Proved: true},
	{ID: StepDelivered, Words: "ebox.step.s10.own", Who: []EBoxRole{RoleProgram}, Needs: []string{StepConnected}, Proved: true},
}

// EBoxSteps gives the steps in their order. ownKey is profile B: the enterprise
// holds the private key.
func EBoxSteps(ownKey bool) []EBoxStepInfo {
	all := make([]EBoxStepInfo, len(steps))
	for i, info := range steps {
		if ownKey {
			if at := slices.IndexFunc(ownKeySteps, func(own EBoxStepInfo) bool { return own.ID == info.ID }); at >= 0 {
				info = ownKeySteps[at]
			}
		}
		info.Who, info.Needs = slices.Clone(info.Who), slices.Clone(info.Needs)
		all[i] = info
	}
	return all
}

// EBoxStepByID gives one step; found is false for an id there is none of.
func EBoxStepByID(ownKey bool, id string) (info EBoxStepInfo, found bool) {
	for _, info := range EBoxSteps(ownKey) {
		if info.ID == id {
			return info, true
		}
	}
	return EBoxStepInfo{}, false
}

// EBoxProgress counts the steps that are done or fall away, and all of them.
func EBoxProgress(t post.EBoxTrajectory) (done, all int) {
	for _, step := range EBoxSettle(t).Steps {
		if fulfilled(step) {
			done++
		}
	}
	return done, len(steps)
}

// EBoxNext gives the step that a person can do now, the first one that is open;
// found is false where all is done or waited for.
func EBoxNext(t post.EBoxTrajectory) (id string, found bool) {
	for _, step := range EBoxSettle(t).Steps {
		if step.State == post.EBoxOpen {
			return step.ID, true
		}
	}
	return "", false
}

// EBoxMissing gives the steps that must be done before one can.
func EBoxMissing(t post.EBoxTrajectory, id string) []string {
	t = EBoxSettle(t)
	info, _ := EBoxStepByID(t.OwnKey, id)
	var missing []string
	for _, need := range info.Needs {
		if !fulfilled(*stepOf(&t, need)) {
			missing = append(missing, need)
		}
	}
	return missing
}

// EBoxFallsBack gives the steps that would have to be done again if one was
// reopened: those that lean on it and are done, skipped or waited for.
func EBoxFallsBack(t post.EBoxTrajectory, id string) []string {
	before := EBoxSettle(t)
	after := before
	after.Steps = slices.Clone(before.Steps)
	reopen(&after, id)
	after = EBoxSettle(after)
	var back []string
	for i, step := range before.Steps {
		if step.ID != id && step.State != post.EBoxBlocked && step.State != after.Steps[i].State {
			back = append(back, step.ID)
		}
	}
	return back
}

func fulfilled(step post.EBoxStep) bool {
	return step.State == post.EBoxDone || step.State == post.EBoxSkipped
}

// stepOf gives a step of a settled trajectory; nil for an id there is none of.
func stepOf(t *post.EBoxTrajectory, id string) *post.EBoxStep {
	for i := range t.Steps {
		if t.Steps[i].ID == id {
			return &t.Steps[i]
		}
	}
	return nil
}
