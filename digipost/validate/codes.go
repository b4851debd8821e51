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

// Codes of findings against the rules that Digipost has written beside the
// grammar. Whether one is an error or a warning depends on how sure they are.
const (
	// NotJudged is an element with so much inside that the rules skip it.
	NotJudged = "not_judged"
	// OtherCopy is what Digipost's .NET client's copy of the schema knows, and
	// the Java client's, which is used here, does not.
	OtherCopy = "other_copy"

	NoRecipient           = "no_recipient"
	BlankValue            = "blank_value"
	MissingMessageID      = "missing_message_id"
	MissingUUID           = "missing_uuid"
	DuplicateUUID         = "duplicate_uuid"
	MissingSubject        = "missing_subject"
	BlankSubject          = "blank_subject"
	ManyAttachments       = "many_attachments"
	PrintNotPDF           = "print_not_pdf"
	PeppolNotXML          = "peppol_not_xml"
	OddFileType           = "odd_file_type"
	OddHash               = "odd_hash"
	RegistrationRecipient = "registration_recipient"
	NeedsPermission       = "needs_permission"
	NoOffset              = "no_offset"
	OutsideWindow         = "outside_window"
	NoTime                = "no_time"
	BadNumber             = "bad_number"
	CheckDigit            = "check_digit"
	BadPhone              = "bad_phone"
	OddPhone              = "odd_phone"
	OddEmail              = "odd_email"
	OddAddress            = "odd_digipost_address"
	OddPostcode           = "odd_postcode"
	OddCountry            = "odd_country"
	OddAmount             = "odd_amount"
	OddDate               = "odd_date"
	MissingKID            = "missing_kid"
	BadKID                = "bad_kid"
	WrongResult           = "wrong_result"
	WrongMetadata         = "wrong_metadata"
	UnknownWord           = "unknown_word"
	RepeatedRelation      = "repeated_relation"

	BadCustomerID       = "bad_customer_id"
	DuplicateCustomerID = "duplicate_customer_id"
	DuplicateLetterID   = "duplicate_letter_id"
	BadBirthDate        = "bad_birth_date"
	WeakIdentification  = "weak_identification"
	BadFile             = "bad_file"
	OddFile             = "odd_file"
	MissingReference    = "missing_reference"
	WrongReference      = "wrong_reference"
)
