package sandbox

import (
	"encoding/xml"
	"io"
)

// mailVisitor gets the pieces of a masseutsendelse document in their order.
type mailVisitor interface {
	settled(settings) error
	common(*node) error   // globale-dokument-innstillinger or dokument-innstillinger
	document(*node) error // of post
	letter(*node) error   // of forsendelser
}

// readMailing reads a masseutsendelse document piece by piece, each held
// against the grammar first.
func (g mailGrammar) readMailing(r io.Reader, first splitGrammar, v mailVisitor) error {
	x := newXMLReader(skipBOM(r))
	set, err := first.readSettings(x, kindMailing)
	if settleErr := v.settled(set); err == nil {
		err = settleErr
	}
	if err != nil {
		return err
	}
	if err := x.open("standard-distribusjon"); err != nil {
		return err
	}
	if err := g.readCommon(x, v); err != nil {
		return err
	}
	if err := x.list("post", "dokument", visitValid(g.document, v.document)); err != nil {
		return err
	}
	if err := x.open("forsendelser"); err != nil {
		return err
	}
	if err := x.list("forsendelser", "brev", visitValid(g.letter, v.letter)); err != nil {
		return err
	}
	for _, open := range []string{"standard-distribusjon", kindMailing} {
		if err := x.close(open); err != nil {
			return err
		}
	}
	return x.end()
}

// readCommon reads felles-innstillinger, if it is there, and the beginning of post.
func (g mailGrammar) readCommon(x *xmlReader, v mailVisitor) error {
	start, err := x.element()
	if err != nil {
		return err
	}
	if start.Name != (xml.Name{Space: nsBatch, Local: "felles-innstillinger"}) {
		if start.Name != (xml.Name{Space: nsBatch, Local: "post"}) {
			return x.fault("post is missing")
		}
		return x.bare(start)
	}
	if err := x.bare(start); err != nil {
		return err
	}
	first := true
	if err := x.list("felles-innstillinger", "", func(n *node) error {
		rule := g.named
		if first && n.name == g.global.name {
			rule = g.global
		}
		first = false
		return visitValid(rule, v.common)(n)
	}); err != nil {
		return err
	}
	return x.open("post")
}

// visitValid visits what fits a rule.
func visitValid(r *rule, visit func(*node) error) func(*node) error {
	return func(n *node) error {
		if n.space != nsBatch || n.name != r.name {
			return &xmlFault{line: n.line, text: shortName(n) + " is not expected here, but " + r.name}
		}
		if err := (validator{nsBatch}).element(r, n, ""); err != nil {
			return err
		}
		return visit(n)
	}
}
