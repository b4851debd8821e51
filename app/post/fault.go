package post

import (
	"errors"
	"sort"
	"strings"
)

// Code names a fault that a person must hear about. The words for it stand in
// assets/lang, the exit code in app/command; there are no sentences here.
type Code string

// Fault is an error with a code for the person and the cause for the log.
type Fault struct {
	Code Code
	// Fields fill the gaps of the words. Never a secret or a personal number.
	Fields map[string]string
	// Err is what went wrong below, or nil.
	Err error
}

// NewFault makes a fault; pairs are field names and values in turn.
func NewFault(code Code, err error, pairs ...string) *Fault {
	f := &Fault{Code: code, Err: err}
	if len(pairs) > 1 {
		f.Fields = make(map[string]string, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Fields[pairs[i]] = pairs[i+1]
		}
	}
	return f
}

// Error gives the code and the cause, for the log. Fields stay out: they may
// hold the names of a user's files.
func (f *Fault) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Err.Error()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Is makes errors.Is(err, &Fault{Code: c}) true for every fault of that code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code && t.Err == nil && t.Fields == nil
}

// FaultOf finds the outermost fault in err. An error without one is internal:
// the person hears that, the log gets the whole of it. nil gives nil.
func FaultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: CodeInternal, Err: err}
}

// CodeOf is the code of FaultOf(err), or "" for nil.
func CodeOf(err error) Code {
	if f := FaultOf(err); f != nil {
		return f.Code
	}
	return ""
}

// FieldNames gives the fault's field names in order.
func (f *Fault) FieldNames() string {
	names := make([]string, 0, len(f.Fields))
	for name := range f.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}
