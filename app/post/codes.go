package post

// The codes, in the groups that app/command gives one exit code each. Fields
// that fill the words stand behind each.
const (
	// CodeInternal is anything not foreseen.
	CodeInternal Code = "internal"
	// CodeUsage is a command or flag used wrongly: detail.
	CodeUsage Code = "usage"

	// Input refused.

	CodeFileMissing        Code = "file_missing"          // file
	CodeFileUnreadable     Code = "file_unreadable"       // file
	CodeFileTooLarge       Code = "file_too_large"        // file, size, limit
	CodeNotAWorkbook       Code = "not_a_workbook"        // file
	CodeOldWorkbook        Code = "old_workbook"          // file, kind (.xls, .ods)
	CodeWorkbookProtected  Code = "workbook_protected"    // file
	CodeWorkbookTooLarge   Code = "workbook_too_large"    // file, limit
	CodeSheetMissing       Code = "sheet_missing"         // sheet, sheets
	CodeSheetEmpty         Code = "sheet_empty"           // sheet
	CodeNoRows             Code = "no_rows_below_heading" // sheet, row
	CodeColumnMissing      Code = "column_missing"        // column, columns
	CodeNoIdentity         Code = "no_identity_column"    // columns
	CodeNotAPDF            Code = "not_a_pdf"             // file
	CodePDFDamaged         Code = "pdf_damaged"           // file
	CodePDFProtected       Code = "pdf_protected"         // file
	CodePDFEmpty           Code = "pdf_empty"             // file
	CodeForeignNumber      Code = "foreign_number"        // file, page, number (masked): a birth number that is not the recipient's
	CodeOutsideFolder      Code = "outside_folder"        // file: a name or link that leads out of the folder
	CodeTooManyAttachments Code = "too_many_attachments"  // count, limit
	CodeSubjectMissing     Code = "subject_missing"
	CodeSubjectTooLong     Code = "subject_too_long"   // count, limit
	CodeSubjectHasNumber   Code = "subject_has_number" // a birth number in the title
	CodeRecipientInvalid   Code = "recipient_invalid"  // recipient_kind
	CodeNumberInvalid      Code = "number_invalid"     // number_kind, reason
	CodeSynthetic          Code = "synthetic_number"   // synthetic number against production
	CodeNothingToSend      Code = "nothing_to_send"
	CodePersonUnknown      Code = "person_unknown"    // customer_id
	CodeGroupUnknown       Code = "group_unknown"     // group: nobody is in it
	CodeJobUnknown         Code = "job_unknown"       // job
	CodeImportUnknown      Code = "import_unknown"    // import
	CodeWrongState         Code = "wrong_state"       // job, state
	CodeFileChanged        Code = "file_changed"      // file: changed between review and sending
	CodeReceiptBroken      Code = "receipt_broken"    // a receipt could not be read; it is kept
	CodePlanChanged        Code = "plan_changed"      // fingerprint differs from what was approved
	CodeStartPast          Code = "start_past"        // a job scheduled for a time that is past
	CodeStillUnsure        Code = "still_unsure"      // job, count: not known yet whom it reached
	CodeDeviationUnknown   Code = "deviation_unknown" // deviation
	CodeSameFile           Code = "same_file"         // file: would write over the original
	CodeSourceChanged      Code = "source_changed"    // file: the list changed since it was read
	CodeFileExists         Code = "file_exists"       // file: would write over a file that is there
	CodeNewerData          Code = "newer_data"        // the database is of a newer program
	CodeReturnUnreadable   Code = "return_unreadable"
	CodeReturnNonce        Code = "return_wrong_nonce"
	CodeReturnNoSender     Code = "return_no_sender"
	CodeReturnExpired      Code = "return_expired"
	CodeNoSignup           Code = "no_signup_waiting"
	CodeProfileChoice      Code = "profile_choice" // profiles
	CodeProfileUnknown     Code = "profile_unknown"
	CodePartnerMissing     Code = "partner_missing"    // this build has no partner id
	CodeNotInJob           Code = "not_in_job"         // job, customer_id
	CodeSupportUnclean     Code = "support_unclean"    // line: of a support file that looks like personal data
	CodePeopleFile         Code = "people_file_broken" // file, detail: the stand-in's people

	// Options of a letter that cannot be had like this.

	CodeReturnAddress     Code = "return_address_missing" // paper without a whole return address
	CodePaperAddress      Code = "paper_address_missing"  // paper without the recipient's address
	CodePaperNeedsPDF     Code = "paper_needs_pdf"        // file
	CodeReferenceTooLong  Code = "reference_too_long"     // count, limit
	CodeReminderTimes     Code = "reminder_times"         // a reminder without a time, or with one that is past
	CodeReminderText      Code = "reminder_text"          // subject or text missing or too long
	CodeEmailMissing      Code = "email_missing"          // e-mail reminder without an address, or with a wrong one
	CodeDeliverPast       Code = "deliver_past"           // delivery time that is past
	CodePrintPast         Code = "print_past"             // paper if unread by a time that is past
	CodeDeadlinePast      Code = "deadline_past"          // invitation
	CodeInviteNeedsNumber Code = "invite_needs_number"    // only a birth number can be invited
	CodeAmountInvalid     Code = "amount_invalid"
	CodeDateInvalid       Code = "date_invalid"
	CodeAccountMissing    Code = "account_missing" // a bill without the account to pay to
	CodeBatchLacks        Code = "batch_lacks"     // option: what the batch interface does not have
	CodeKIDMissing        Code = "kid_missing"     // the agreement does not allow a bill without KID

	// Credentials missing or refused, keyring trouble.

	CodeNoSender          Code = "no_sender"
	CodeNoCertificate     Code = "no_certificate"
	CodeWrongPassword     Code = "wrong_password" // file
	CodeCertificateBroken Code = "certificate_unreadable"
	CodeCertificateKey    Code = "certificate_not_rsa"
	CodeCertificateOld    Code = "certificate_expired" // date
	CodeNoSFTPKey         Code = "no_sftp_key"
	CodeSFTPKeyBroken     Code = "sftp_key_unreadable"
	CodeKeyringMissing    Code = "keyring_missing"
	CodeKeyringLocked     Code = "keyring_locked"
	CodeKeyringFailed     Code = "keyring_failed"
	CodeSecretsPassphrase Code = "secrets_passphrase" // pass phrase of the encrypted file is missing or wrong
	CodeSealKey           Code = "seal_key"           // the key in the keyring does not open the sealed numbers
	CodeSignatureRefused  Code = "signature_refused"  // sender
	CodeNotAuthorised     Code = "not_authorised"     // sender, detail
	CodeAgreement         Code = "agreement_missing"  // detail
	CodeWrongCompany      Code = "wrong_company"      // the certificate is another company's than the one signed up
	CodeLoginRefused      Code = "sftp_login_refused" // user

	// Digipost or the network not reachable.

	CodeUnreachable    Code = "unreachable"       // host
	CodeTimeout        Code = "timeout"           // host
	CodeServerError    Code = "server_error"      // status
	CodeBadAnswer      Code = "bad_answer"        // status
	CodeUnverified     Code = "answer_unverified" // the answer's signature does not hold
	CodeHostKeyNew     Code = "host_key_unknown"  // fingerprint
	CodeHostKeyChanged Code = "host_key_changed"  // fingerprint, pinned
	CodeClockWrong     Code = "clock_wrong"       // minutes
	CodeReceiptLate    Code = "receipt_late"      // hours: no receipt for so long
	CodeNoBrowser      Code = "no_browser"        // the system did not open a browser
	CodeRelay          Code = "relay_trouble"     // host: the partner's relay does not answer as one

	// The Belgian e-Box: input refused, credentials refused, not reachable.

	CodeEnterpriseInvalid Code = "enterprise_invalid"  // reason: a KBO number that cannot be
	CodeHandOver          Code = "hand_over_broken"    // file: no checklist of this program, or a damaged one
	CodeStepBlocked       Code = "step_blocked"        // step, needs
	CodeStepConfirm       Code = "step_confirm"        // step: what cannot be undone was not confirmed
	CodeStepUnknown       Code = "step_unknown"        // step
	CodeStepNeeded        Code = "step_needed"         // step: cannot be skipped
	CodeStepProved        Code = "step_proved"         // step: the program proves it itself
	CodeDateAhead         Code = "date_ahead"          // date: said to be done on a day to come
	CodeNoteTooLong       Code = "note_too_long"       // count, limit
	CodeClientIDInvalid   Code = "client_id_invalid"   // reason: cannot be a ClientID
	CodeCertificateBad    Code = "ebox_certificate"    // check: the first one that does not let it pass
	CodeHandOverOlder     Code = "hand_over_older"     // date: taking it over would lose what is newer or another enterprise's
	CodeMessageUnknown    Code = "message_unknown"     // message: not in the e-Box (any more)
	CodeMessageExpired    Code = "message_expired"     // message, date
	CodeDigestWrong       Code = "digest_wrong"        // file: what came is not what the sender signed for
	CodeNoEBox            Code = "no_ebox"             // no own key: Team DigiPost reads the e-Box
	CodeEBoxKey           Code = "ebox_key_missing"    // certificate and private key are not there
	CodeEBoxKeyOther      Code = "ebox_key_other"      // the private key is another than the certificate's
	CodeClientRefused     Code = "ebox_client_refused" // detail: ClientID, certificate in ChaMan, clock
	CodeScopeMissing      Code = "ebox_scope_missing"  // detail: permission not given, or S4 not done
	CodeTooMany           Code = "too_many_requests"   // seconds: asked to wait
	CodeEBoxUnreachable   Code = "ebox_unreachable"    // host: a provider or the token server, by name where it has one
	CodeEBoxTimeout       Code = "ebox_timeout"        // host
	CodeEBoxServer        Code = "ebox_server_error"   // host, status
	CodeEBoxAnswer        Code = "ebox_bad_answer"     // host, status
	CodeEBoxUnverified    Code = "ebox_unverified"     // host: its TLS certificate does not hold
	CodeEBoxElsewhere     Code = "ebox_elsewhere"      // host: it points to another server, where no token goes
	CodeEBoxRefused       Code = "ebox_refused"        // host: one provider does not take a token that is good
	CodeEBoxTooLarge      Code = "ebox_too_large"      // file, limit
	CodeFolderMissing     Code = "folder_missing"      // folder: where documents are to go is not there

	// Stopped, not approved, unsure, busy.

	CodeNotApproved  Code = "not_approved"
	CodeAskAgain     Code = "ask_again"    // the cooling-off ran out more than an hour ago while nothing ran
	CodeBatchCounts  Code = "batch_counts" // expected, digipost, print: Digipost counts other letters than were approved
	CodeBatchGone    Code = "batch_gone"   // a batch was not there any more; nothing was delivered
	CodeStopped      Code = "stopped"
	CodeUnsure       Code = "unsure"
	CodeBusy         Code = "busy"          // what
	CodeDatabaseBusy Code = "database_busy" // another process holds the database

	// The machine.

	CodeDiskFull    Code = "disk_full"        // folder
	CodeNoAccess    Code = "no_access"        // folder or file
	CodeDatabaseBad Code = "database_damaged" // file
	CodeAuditBroken Code = "audit_broken"     // line: the audit chain does not hold from here, or was cut off behind it
	CodeNoDisplay   Code = "no_display"
)
