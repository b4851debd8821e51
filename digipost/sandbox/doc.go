// Package sandbox is a stand-in for Digipost on this machine: the sender API
// (REST), the batch interface over SFTP and the sign-up pages, with known
// people and switchable trouble. It is for practice and for tests.
//
// It imports nothing else of this program. It reads, judges and writes by its
// own code, from the public descriptions of Digipost's interfaces (api_v8.xsd,
// digipost-datatypes.xsd, the batch schemas avsender2_1, the client libraries,
// the validator of PDFs for print), so that it can't agree with a mistake of
// our own client.
//
// It binds to loopback addresses only and keeps everything it must remember in
// one folder, so that a killed process finds the same Digipost again: keys,
// ports, delivered letters, used ids, jobs and receipts not yet given, its
// clock and its senders.
//
// # Where to change what
//
// Digipost has not said how it answers everywhere. What had to be guessed
// stands in two places, to be changed there when the truth is known:
//
//   - answers.go: status and error-type of every error code (pairings), with a
//     mark for those that are documented together. TestEveryCode lists the
//     codes that no request leads to, with the reason.
//   - choices.go: every other guess, one line each: status of an invitation,
//     hours of SMS and of the print run, lengths, counts, error-codes of events,
//     what of a mailing fails the job and what only a letter.
//
// What a tester can switch while it runs, listed on the first page of the
// control address (pages/control.html):
//
//   - trouble.go: faults on purpose (POST /trouble), per path and by seeded chance.
//   - people.go: the people file, with the fates that may follow a person's
//     state; POST /register makes a known person a user (register.go).
//   - agreement.go: features, permissions, file types, sizes and counts of a
//     sender (senders.json, POST /senders). The practice sender may do what an
//     ordinary customer may: print, batches, reminders, receipts, invitations,
//     delivery time; not what needs an agreement of its own.
//   - clock.go: the time (POST /clock); events and statuses follow it (fate.go,
//     calendar.go).
//
// A request is judged from the outside in: signature.go (headers, hash,
// signature), multipart.go, xmlread.go and grammar.go with apigrammar.go and
// datatypes.go (form), options.go, content.go, paper.go, pdf.go and pdftext.go
// (meaning), message.go and state.go (ids and recipient).
//
// A mailing over SFTP is kept as it came (mailing.go) and judged from the
// outside in, too: mailzip.go (the archive), mailgrammar.go and mailread.go
// (form), mailsettings.go, maildocs.go and mailjudge.go (meaning). Its letters
// lie in a file of their own (rowfile.go) and are read from there when somebody
// asks (mailviews.go), so that memory does not grow with them. They are all
// delivered by one line of the journal (maildeliver.go).
//
// # The Belgian e-Box
//
// Beside Digipost it stands in for the e-Box Enterprise of the Belgian social
// security, as a Document Consumer sees it (ebox*.go), all on one listener: the
// token server (eboxtoken.go, eboxjwt.go), the provider registry
// (eboxproviders.go), and two message registries (eboxregistry.go, eboxlist.go,
// eboxreference.go), one of which speaks Message Registry 2.1 and the other what
// is known of 3.x; they differ in eboxdialect.go, where all that is assumed
// stands. The messages are in eboxmessages.go and, those that a client may
// stumble over, in eboxspecials.go. Testers change it by POST /ebox-message,
// /ebox-expire and /ebox-settings and look at it by GET /ebox (eboxcontrol.go).
//
// Left out are parts of the API that need agreements nobody practises for:
// pre-encryption, the archive, tags, shared documents' contents and user
// accounts.
package sandbox
