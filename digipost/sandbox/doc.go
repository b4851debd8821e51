// Package sandbox is a stand-in for Digipost on this machine: the sender API
// (REST), the batch interface over SFTP and the sign-up pages, with known
// people and switchable trouble. It is for practice and for tests.
//
// It imports nothing else of this program. It reads, judges and writes by its
// own code, from the public descriptions of Digipost's interfaces (api_v8.xsd,
// the batch schemas avsender2_1, the client libraries), so that it can't agree
// with a mistake of our own client. Where Digipost has not said how it answers,
// the choice is made in one place: see answers.go for status and code of every
// refusal, choices.go for the rest.
//
// It binds to loopback addresses only and keeps everything it must remember in
// one folder, so that a killed process finds the same Digipost again: keys,
// ports, delivered letters, used ids, jobs and receipts not yet given.
package sandbox
