package ebox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// digestOf gives an announced SHA-256 as hexadecimal, or "" where there is none
// that can be read. The contract writes base64url; with or without padding, in
// plain base64 and in hexadecimal it is understood as well.
func digestOf(o object) string {
	method := strings.Map(func(r rune) rune {
		if isAlphanumeric(r) {
			return r
		}
		return -1
	}, strings.ToLower(o.text("digestMethod")))
	if method != "sha256" {
		return ""
	}
	text := strings.TrimSpace(o.text("digestValue"))
	if len(text) == hex.EncodedLen(sha256.Size) {
		if sum, err := hex.DecodeString(text); err == nil {
			return hex.EncodeToString(sum)
		}
	}
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	sum, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sum) != sha256.Size {
		return ""
	}
	return hex.EncodeToString(sum)
}
