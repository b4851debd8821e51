package job

import (
	"strings"

	"brevdue/app/post"
)

// ManyLetters is above how many letters one file serves better than many
// calls: the batch guide's limit of a small mailing.
const ManyLetters = SmallMailing

// Names of what only the sender API has, as BatchLacks gives them.
const (
	lacksEmail     = "email"
	lacksReference = "reference"
	lacksUnread    = "paper_if_unread"
	lacksShred     = "shred"
	lacksInvite    = "invite"
)

// BatchLacks names the first of the options that the batch interface does not
// have (masseutsendelse.xsd), or gives "": email, reference, paper_if_unread,
// shred, invite, debt, payslip.
func BatchLacks(options post.Options) string {
	paper := options.Paper
	switch {
	case options.Email != nil:
		return lacksEmail
	case strings.TrimSpace(options.Reference) != "":
		return lacksReference
	case paper != nil && !paper.IfUnreadBy.IsZero():
		return lacksUnread
	case paper != nil && paper.IfNoDigipost && paper.Shred:
		return lacksShred
	case options.Invite != nil:
		return lacksInvite
	case options.Content.Kind == post.ContentDebt, options.Content.Kind == post.ContentPayslip:
		return string(options.Content.Kind)
	}
	return ""
}

// byAccount reports whether a letter would go to the owner of a bank account: the
// batch interface cannot find people by it (mottaker in digipost-common.xsd).
func byAccount(to Addressee) bool {
	return to.LeftOut == post.ReasonNone && to.To.Kind == post.ByAccount
}

// ViaFacts are what the way out of a mailing depends on.
type ViaFacts struct {
	Letters int
	// ByNameAndAddress says that some of the recipients can be found by name and
	// address only.
	ByNameAndAddress bool
	// HasSFTPKey and HasBatchFeature say that batch can be used at all.
	HasSFTPKey, HasBatchFeature bool
	Options                     post.Options
	// SubjectLength is in characters.
	SubjectLength int
}

// ViaReason is why a mailing goes the way it does.
type ViaReason string

// The reasons ChooseVia gives.
const (
	ViaNoKey       ViaReason = "no_sftp_key"
	ViaNoFeature   ViaReason = "no_batch_feature"
	ViaLacksOption ViaReason = "batch_lacks" // BatchLacks names the option
	ViaLongSubject ViaReason = "subject_too_long"
	ViaManyLetters ViaReason = "many_letters"
	ViaNames       ViaReason = "name_and_address"
	ViaFewLetters  ViaReason = "few_letters"
)

// ChooseVia is the rule for the way out of a mailing. A person may choose the
// other one where it is to be had.
func ChooseVia(facts ViaFacts) (post.Via, ViaReason) {
	switch {
	case !facts.HasSFTPKey:
		return post.ViaREST, ViaNoKey
	case !facts.HasBatchFeature:
		return post.ViaREST, ViaNoFeature
	case BatchLacks(facts.Options) != "":
		return post.ViaREST, ViaLacksOption
	case facts.SubjectLength > post.MaxBatchTitle:
		return post.ViaREST, ViaLongSubject
	case facts.Letters > ManyLetters:
		return post.ViaBatch, ViaManyLetters
	case facts.ByNameAndAddress:
		return post.ViaBatch, ViaNames
	}
	return post.ViaREST, ViaFewLetters
}

// inOneFile reports whether a job is one file over SFTP.
func inOneFile(job post.Job) bool { return job.Via == post.ViaBatch }
