package post

// Field is something a column of a list can hold. Other names are the user's
// own fields, for merging into letters.
type Field string

// The fields, as the command line names them.
const (
	FieldCustomerID         Field = "customer_id"
	FieldBirthNumber        Field = "birth_number"
	FieldOrganisationNumber Field = "organisation_number"
	FieldDigipostAddress    Field = "digipost_address"
	FieldFirstName          Field = "first_name"
	FieldMiddleName         Field = "middle_name"
	FieldLastName           Field = "last_name"
	FieldFullName           Field = "full_name"
	FieldBirthDate          Field = "birth_date"
	FieldAddress1           Field = "address1"
	FieldAddress2           Field = "address2"
	FieldPostcode           Field = "postcode"
	FieldTown               Field = "town"
	FieldCountry            Field = "country"
	FieldPhone              Field = "phone"
	FieldEmail              Field = "email"
	FieldDocument           Field = "document"
	FieldAmount             Field = "amount"
	FieldDueDate            Field = "due_date"
	FieldKID                Field = "kid"
	FieldAccount            Field = "account"
	FieldReference          Field = "reference"
	FieldGroup              Field = "group"
)

// Fields are all known fields in the order a screen lists them.
var fields = []Field{
	FieldCustomerID, FieldBirthNumber, FieldOrganisationNumber, FieldDigipostAddress, FieldFirstName, FieldMiddleName,
	FieldLastName, FieldFullName, FieldBirthDate, FieldAddress1, FieldAddress2, FieldPostcode, FieldTown, FieldCountry,
	FieldPhone, FieldEmail, FieldDocument, FieldAmount, FieldDueDate, FieldKID, FieldAccount, FieldReference, FieldGroup,
}

// Fields gives all known fields in the order a screen lists them.
func Fields() []Field { return append([]Field(nil), fields...) }

// Mapping says which column, by its heading, fills which field.
type Mapping map[Field]string

// Row is one row of a list, read by a mapping.
type Row struct {
	// Number is the row's number in the user's sheet, as Excel shows it.
	Number    int
	Recipient Recipient
	// Values are the fields that belong to the letter, not to the person
	// (document, amount, due_date, kid, reference), and the user's own fields.
	Values map[Field]string
}

// Level says how much a problem matters.
type Level string

// The levels: a row with a MustFix problem is left out, the others go on.
const (
	MustFix     Level = "must_fix"
	ShouldCheck Level = "should_check"
	Repaired    Level = "repaired"
)

// ProblemCode is what is wrong with a cell or a row.
type ProblemCode string

// The problem codes, as the command line names them.
const (
	ProblemMissing          ProblemCode = "missing"
	ProblemBadCheckDigit    ProblemCode = "bad_check_digit"
	ProblemLostZeroRepaired ProblemCode = "lost_zero_repaired"
	ProblemSynthetic        ProblemCode = "synthetic"
	ProblemBadDate          ProblemCode = "bad_date"
	ProblemBadPostcode      ProblemCode = "bad_postcode"
	ProblemTooLong          ProblemCode = "too_long"
	ProblemDuplicateRow     ProblemCode = "duplicate_row"
	ProblemDuplicatePerson  ProblemCode = "duplicate_person"
	ProblemBadEmail         ProblemCode = "bad_email"
	ProblemBadPhone         ProblemCode = "bad_phone"
	ProblemBadKID           ProblemCode = "bad_kid"
	ProblemBadAccount       ProblemCode = "bad_account"
	ProblemBadAmount        ProblemCode = "bad_amount"
	ProblemPastDue          ProblemCode = "past_due"
	ProblemMissingFile      ProblemCode = "missing_file"
	ProblemUncachedFormula  ProblemCode = "uncached_formula"
	ProblemErrorCell        ProblemCode = "error_cell"
	ProblemOther            ProblemCode = "other"
)

// Problem is something to look at in a list. Row is the row as Excel shows it;
// Column is the heading as the user wrote it, or empty for the whole row.
type Problem struct {
	Row    int
	Column string
	Field  Field
	Code   ProblemCode
	Level  Level
	// Variant picks a more exact sentence for the code, for example "nobody" for
	// a row that names no recipient; the words are problem.<code>.<variant>.
	Variant string
	// Fields fill the gaps of the words: the other row of a duplicate, a limit.
	// Never a personal number.
	Fields map[string]string
}
