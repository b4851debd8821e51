package command

import (
	"context"
	"errors"

	"brevdue/app/post"
)

// The exit codes. They are a contract with scripts: add, don't change.
const (
	exitDone        = 0 // all well
	exitAttention   = 1 // done, but some need attention
	exitUsage       = 2 // wrong use
	exitRefused     = 3 // input refused, or a check that says no
	exitCredentials = 4 // credentials missing, refused or keyring locked
	exitUnreachable = 5 // Digipost or network not reachable; nothing sent
	exitStopped     = 6 // stopped or not approved
	exitUnsure      = 7 // outcome unsure: run resume
	exitInternal    = 8
	exitBusy        = 9 // another process holds what this needs
)

// exits gives each fault its exit code, by the groups of app/post/codes.go.
var exits = codes(map[int][]post.Code{
	exitUsage: {post.CodeUsage},
	exitRefused: {
		post.CodeFileMissing, post.CodeFileUnreadable, post.CodeFileTooLarge, post.CodeNotAWorkbook, post.CodeOldWorkbook,
		post.CodeWorkbookProtected, post.CodeWorkbookTooLarge, post.CodeSheetMissing, post.CodeSheetEmpty, post.CodeNoRows,
		post.CodeColumnMissing, post.CodeNoIdentity, post.CodeNotAPDF, post.CodePDFDamaged, post.CodePDFProtected,
		post.CodePDFEmpty, post.CodeForeignNumber, post.CodeTooManyAttachments, post.CodeSubjectMissing, post.CodeSubjectTooLong,
		post.CodeSubjectHasNumber, post.CodeRecipientInvalid, post.CodeNumberInvalid, post.CodeSynthetic,
		post.CodeNothingToSend, post.CodePersonUnknown, post.CodeGroupUnknown, post.CodeJobUnknown, post.CodeImportUnknown, post.CodeWrongState,
		post.CodeFileChanged, post.CodeReceiptBroken, post.CodePlanChanged, post.CodeStartPast, post.CodeStillUnsure, post.CodeDeviationUnknown, post.CodeSameFile, post.CodeSourceChanged,
		post.CodeNewerData, post.CodeReturnUnreadable, post.CodeReturnNonce, post.CodeReturnNoSender, post.CodeReturnExpired,
		post.CodeNoSignup, post.CodeProfileChoice, post.CodeProfileUnknown, post.CodePartnerMissing,
		post.CodeNotInJob, post.CodePeopleFile, post.CodeSupportUnclean,
		post.CodeReturnAddress, post.CodePaperAddress, post.CodePaperNeedsPDF, post.CodeReferenceTooLong, post.CodeReminderTimes,
		post.CodeReminderText, post.CodeEmailMissing, post.CodeDeliverPast, post.CodePrintPast, post.CodeDeadlinePast,
		post.CodeInviteNeedsNumber, post.CodeAmountInvalid, post.CodeDateInvalid, post.CodeAccountMissing, post.CodeKIDMissing,
		post.CodeBatchLacks, post.CodeFileExists, post.CodeOutsideFolder,
		post.CodeEnterpriseInvalid, post.CodeHandOver, post.CodeHandOverOlder, post.CodeStepBlocked, post.CodeStepUnknown,
		post.CodeStepNeeded, post.CodeStepProved, post.CodeDateAhead, post.CodeNoteTooLong, post.CodeClientIDInvalid,
		post.CodeMessageUnknown, post.CodeMessageExpired, post.CodeDigestWrong, post.CodeEBoxTooLarge, post.CodeFolderMissing,
	},
	exitCredentials: {
		post.CodeNoSender, post.CodeNoCertificate, post.CodeWrongPassword, post.CodeCertificateBroken, post.CodeCertificateKey,
		post.CodeCertificateOld, post.CodeNoSFTPKey, post.CodeSFTPKeyBroken, post.CodeKeyringMissing, post.CodeKeyringLocked,
		post.CodeKeyringFailed, post.CodeSecretsPassphrase, post.CodeSealKey, post.CodeSignatureRefused,
		post.CodeNotAuthorised, post.CodeAgreement, post.CodeWrongCompany, post.CodeLoginRefused,
		post.CodeCertificateBad, post.CodeNoEBox, post.CodeEBoxKey, post.CodeEBoxKeyOther, post.CodeClientRefused, post.CodeScopeMissing,
		post.CodeEBoxRefused,
	},
	exitUnreachable: {
		post.CodeUnreachable, post.CodeTimeout, post.CodeServerError, post.CodeBadAnswer, post.CodeUnverified,
		post.CodeHostKeyNew, post.CodeHostKeyChanged, post.CodeClockWrong, post.CodeNoBrowser, post.CodeRelay,
		post.CodeTooMany, post.CodeEBoxUnreachable, post.CodeEBoxTimeout, post.CodeEBoxServer, post.CodeEBoxAnswer,
		post.CodeEBoxUnverified, post.CodeEBoxElsewhere,
	},
	exitStopped: {post.CodeNotApproved, post.CodeStepConfirm, post.CodeAskAgain, post.CodeBatchCounts, post.CodeBatchGone, post.CodeStopped},
	exitUnsure:  {post.CodeUnsure, post.CodeReceiptLate},
	exitInternal: {
		post.CodeInternal, post.CodeDiskFull, post.CodeNoAccess, post.CodeDatabaseBad, post.CodeAuditBroken, post.CodeNoDisplay,
	},
	exitBusy: {post.CodeBusy, post.CodeDatabaseBusy},
})

func codes(groups map[int][]post.Code) map[post.Code]int {
	exits := map[post.Code]int{}
	for exit, group := range groups {
		for _, code := range group {
			exits[code] = exit
		}
	}
	return exits
}

// faultOf is the fault a person hears of: somebody who pressed Ctrl-C is not
// told of an internal error.
func faultOf(err error) *post.Fault {
	fault := post.FaultOf(err)
	if fault != nil && fault.Code == post.CodeInternal && errors.Is(err, context.Canceled) {
		return post.NewFault(post.CodeStopped, err)
	}
	return fault
}

// exitOfCode is the exit code for a fault.
func exitOfCode(code post.Code) int {
	if exit, ok := exits[code]; ok {
		return exit
	}
	return exitInternal
}

// severity orders exit codes, so that the worst of several jobs is told.
var severity = []int{exitDone, exitAttention, exitStopped, exitUsage, exitRefused, exitCredentials, exitUnreachable, exitBusy, exitUnsure, exitInternal}

// worse gives the exit code that matters more.
func worse(a, b int) int {
	for _, exit := range severity {
		if exit == a {
			return b
		}
		if exit == b {
			return a
		}
	}
	return exitInternal
}
