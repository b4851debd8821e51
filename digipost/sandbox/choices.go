package sandbox

import "time"

// Digipost has not said how it answers everywhere. Status and code of refusals
// are guessed in answers.go (pairings); every other guess is one line here, to
// be changed when the truth is known.
const (
	// maxLetter is how large the documents of a letter may be in all, in bytes,
	// and maxFiles how many they may be. Digipost's help for senders says 30 MB
	// and 200 files; its limits over the API are set per sender and not
	// published. Sender.MaxFile bounds the single file.
	maxLetter, maxFiles = 30 << 20, 200

	// choiceInvited is the status in the answer for an invitation to register
	// (delivery-method PENDING): no source names it.
	choiceInvited = "NOT_COMPLETE"
	// choiceInBatch is the status in the answer for a message whose batch is
	// not completed: the sources say "COMPLETE or NOT_COMPLETE".
	choiceInBatch = "COMPLETE"

	// choiceMoment is the code for a time that is past or before the delivery
	// (print-if-unread, registration-deadline).
	choiceMoment = codeMoment
	// choiceNotPermitted is the code for an option that needs a permission and
	// has no code of its own (delivery-time, request-for-registration,
	// recipients by e-mail or bank account, sharing of documents).
	choiceNotPermitted = codeValidation
	// choiceDataType is the code for a field of a data-type that is wrong, but
	// is no amount (account, KID, date): the schema types them as plain text.
	choiceDataType = codeValidation

	// choiceBatchAgain is the code for a batch uuid that is used already,
	// choiceBatchEnded that for changing a completed batch. That the ids of a
	// cancelled batch stay used is a choice, too (state.endBatch).
	choiceBatchAgain = codeValidation
	choiceBatchEnded = codeTransaction

	// choiceEvents and choiceMostEvents: events of a page without maxResults,
	// and at most.
	choiceEvents, choiceMostEvents = 100, 1000
	// choicePrintError and choiceNoticeError are error-codes of events; the
	// schema allows any text.
	choicePrintError  = "PDF_PARSE_ERROR"
	choiceNoticeError = "UNDELIVERABLE"

	// choiceShortest is the shortest text that may be searched for (the .NET
	// client asks for it; the server's own rule is not known), choiceHits how
	// many are found at most.
	choiceShortest, choiceHits = 3, 10

	// choiceTicket is how long the address of an inbox content works. That the
	// content itself is signed is a choice, too (Server.giveContent).
	choiceTicket = 30 * time.Second

	// choicePeppolScheme is the scheme of Norwegian organisation numbers.
	choicePeppolScheme = "0192"

	// choiceRegistrationEvents: the feed tells of invitations that ended. These
	// types stand in the schema of the .NET client only, and only the expired
	// one is described there. Sender.PlainEvents leaves them out while it runs.
	choiceRegistrationEvents = true
	// choiceRegisters is how long after the invitation a person of the fate
	// "registers" does so.
	choiceRegisters = time.Hour

	// choicePrintCutOff: letters that are in before this hour go to print the
	// next working day (Digipost's page on print), at choicePrintHour, and are
	// postmarked the working day after that at choicePostHour.
	choicePrintCutOff, choicePrintHour, choicePostHour = 20, 8, 12
	// choiceComesBack is how many days after that an undeliverable letter is back.
	choiceComesBack = 7

	// choiceDecimals is how many decimals an amount may have.
	choiceDecimals = 2
	// choiceKID is the greatest length of a KID, choiceAccount the length of an
	// account (readme of Digipost's data types). Check digits are not judged.
	choiceKID, choiceAccount = 25, 11

	// choicePrintPages: 20 in Digipost's validator, 14 in its text of 2015.
	choicePrintPages = 20
	// What fails a mailing as a whole: a fault of the grammar, an id or reference
	// that does not fit, a file that is missing or damaged, a letter without
	// emne, a uuid or jobb-id used before, and what the agreement does not hold.
	// What fails single letters only: the recipient, a kunde-id that is there
	// twice, a document that is bad for web or print, an invoice without the KID
	// that the agreement asks for, and addresses for print or reminders. The ids
	// of an accepted mailing are used up, also of letters that are not sent; a
	// document without uuid gets one; files that no dokument names are ignored.

	// choiceRefusedArrived: a batch job whose XML is refused gets a receipt
	// "mottatt" first. The guide says that it means a correct format.
	choiceRefusedArrived = false
	// choiceProvisional: a mailing that waits for approval or for virkningsdato
	// gets a result FORELØPIG_SUKSESS first, with its recipients and without its
	// letters. No source says when Digipost gives one.
	choiceProvisional = true
	// choiceManyRows: a job with at least so many recipients, of which more than
	// half are invalid, waits for approval even when it asked for none (Digipost's
	// FAQ, against large systematic mistakes; the numbers are ours).
	choiceManyRows = 20
	// choiceBrokerNamed: a job for another sender must name who is logged in as behandler-id.
	choiceBrokerNamed = true
	// choicePastDateRefused: a virkningsdato that is past when the job comes
	// makes it fail; otherwise it is delivered at once. choicePastSMS: reminders
	// before the delivery are let through.
	choicePastDateRefused, choicePastSMS = false, false
	// choiceInvalidPrinted: a brev-med-print is printed even if what is known of
	// its recipient is invalid (UGYLDIG); who is only unknown always gets it on paper.
	choiceInvalidPrinted = false
	// choiceChannelUnsent: the kanal of a letter that is not sent is WEB, as in
	// the public sample receipt; otherwise there is none. Every letter has a
	// feilinformasjon there, an empty one if all went well.
	choiceChannelUnsent = true
	// choiceShown is how many letters of a mailing GET /state shows,
	// choiceEventsKept how many events of one are kept in memory.
	choiceShown, choiceEventsKept = 20_000, 100_000

	// choiceSMSOpens and choiceSMSCloses are the hours between which SMS goes
	// out: 9 to 20 in api_v8.xsd, 7 to 23 in another copy of it.
	choiceSMSOpens, choiceSMSCloses = 9, 20
)

// tooLate says whether a moment that must be ahead is not.
func tooLate(t, now time.Time) bool { return !t.After(now) }
