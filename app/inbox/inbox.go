// Package inbox reads the messages of a Belgian e-Box Enterprise: what is new,
// what expires soon, and copies of the documents on this machine. Nothing is
// fetched twice, and nothing that would mark a message read is fetched unasked.
package inbox
