package digipost

import "time"

// DataType says what a document is about. Exactly one of the fields is filled;
// Digipost's data types have more kinds than these.
type DataType struct {
	Inkasso        *Inkasso        `xml:"http://api.digipost.no/schema/datatypes inkasso"`
	Invoice        *Invoice        `xml:"http://api.digipost.no/schema/datatypes invoice"`
	OpeningReceipt *OpeningReceipt `xml:"http://api.digipost.no/schema/datatypes opening-receipt"`
	Payslip        *Payslip        `xml:"http://api.digipost.no/schema/datatypes payslip"`
}

// Invoice lets the recipient pay. Amounts are kroner, as 1234 or 1234.50.
type Invoice struct {
	Link    *ExternalLink `xml:"link"`
	DueDate time.Time     `xml:"due-date"`
	Sum     string        `xml:"sum"`
	// CreditorAccount is 11 digits. Its check digit, like that of the KID, is for
	// the caller to check.
	CreditorAccount string `xml:"creditor-account"`
	// KID has at most 25 characters. Without one, the sender needs the feature
	// validation.digipost.invoice-allow-no-kid.
	KID string `xml:"kid,omitempty"`
}

// Inkasso is a claim for debt.
type Inkasso struct {
	Link    *ExternalLink `xml:"link"`
	DueDate time.Time     `xml:"due-date"`
	Sum     string        `xml:"sum,omitempty"`
	// Account is 11 digits or empty, KID at most 25 characters or empty.
	Account string `xml:"account,omitempty"`
	KID     string `xml:"kid,omitempty"`
}

// Payslip marks a payslip; both fields may be left out.
type Payslip struct {
	PaymentDate *time.Time `xml:"payment-date"`
	NetAmount   string     `xml:"net-amount,omitempty"`
}

// OpeningReceipt asks that the recipient accepts a receipt before reading.
type OpeningReceipt struct {
	// Group identifies the receipts that belong together.
	Group string `xml:"group"`
}

// ExternalLink is a web page for the recipient.
type ExternalLink struct {
	URL         string     `xml:"url"`
	Deadline    *time.Time `xml:"deadline"`
	Description string     `xml:"description,omitempty"`
	ButtonText  string     `xml:"button-text,omitempty"`
}

func (c *checker) dataType(d *DataType) {
	filled := 0
	if i := d.Inkasso; i != nil {
		filled++
		c.within("inkasso", func() { c.claim(i.Link, i.DueDate, i.Sum, "account", i.Account, i.KID, false) })
	}
	if i := d.Invoice; i != nil {
		filled++
		c.within("invoice", func() { c.claim(i.Link, i.DueDate, i.Sum, "creditor-account", i.CreditorAccount, i.KID, true) })
	}
	if r := d.OpeningReceipt; r != nil {
		filled++
		c.text("opening-receipt/group", r.Group, true, maxFree)
	}
	if p := d.Payslip; p != nil {
		filled++
		c.within("payslip", func() {
			if p.PaymentDate != nil {
				c.at("payment-date", *p.PaymentDate)
			}
			c.amount("net-amount", p.NetAmount, false)
		})
	}
	if filled != 1 {
		c.wrong("kind", "must be exactly one")
	}
}

// claim checks what invoice and debt have in common. An invoice must have sum
// and account.
func (c *checker) claim(link *ExternalLink, due time.Time, sum, accountField, account, kid string, required bool) {
	if link != nil {
		c.within("link", func() { c.externalLink(link) })
	}
	c.at("due-date", due)
	c.amount("sum", sum, required)
	if required || account != "" {
		c.match(accountField, account, digits11, "must be 11 digits")
	}
	if kid != "" {
		c.match("kid", kid, kidPattern, "must be 2 to 25 digits, the last may be -")
	}
}

func (c *checker) amount(field, value string, required bool) {
	if required || value != "" {
		c.match(field, value, amountPattern, "must be kroner as 1234 or 1234.50")
	}
}

func (c *checker) externalLink(l *ExternalLink) {
	c.webAddress("url", l.URL)
	if l.Deadline != nil {
		c.at("deadline", *l.Deadline)
	}
	c.text("description", l.Description, false, maxFree)
	c.text("button-text", l.ButtonText, false, maxFree)
}
