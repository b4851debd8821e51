package validate

// Codes of findings that any XML document can have.
const (
	// NotWellFormed is a document that is no XML.
	NotWellFormed = "not_well_formed"
	// BadEncoding is a document in letters that are not read.
	BadEncoding = "bad_encoding"
	// DoctypeRefused is a document with a DTD, which Digipost's never have.
	DoctypeRefused = "doctype_refused"
	// TooDeep is an element too many levels down.
	TooDeep = "too_deep"
	// TooLarge is a tag or a text that is too long to be read.
	TooLarge = "too_large"
)

// Codes of findings against the grammar.
const (
	UnknownRoot         = "unknown_root"
	DiscontinuedVersion = "discontinued_version"
	OtherInterface      = "other_interface"
	UnknownElement      = "unknown_element"
	UnexpectedElement   = "unexpected_element"
	TooManyElements     = "too_many_elements"
	MissingElement      = "missing_element"
	UnexpectedText      = "unexpected_text"
	UnexpectedAttribute = "unexpected_attribute"
	MissingAttribute    = "missing_attribute"
	BadType             = "bad_type"
	AbstractType        = "abstract_type"
	NotNillable         = "not_nillable"
	BadValue            = "bad_value"
	OutOfRange          = "out_of_range"
	WrongLength         = "wrong_length"
	TooShort            = "too_short"
	TooLong             = "too_long"
	TooManyDigits       = "too_many_digits"
	NotInList           = "not_in_list"
	BadPattern          = "bad_pattern"
	DuplicateID         = "duplicate_id"
	UnknownID           = "unknown_id"
)
