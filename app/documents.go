package app

import (
	"context"
	"fmt"

	"brevdue/app/document"
	"brevdue/app/document/engine"
	"brevdue/app/document/preview"
	"brevdue/app/post"
)

// pdfs reads and draws PDFs. A process has one, since PDFium takes seconds to
// start and much memory; it starts at the first PDF, and is closed last.
type pdfs struct {
	engine   engine.Engine
	reader   document.Reader
	renderer preview.Renderer
}

func newPDFs() *pdfs {
	p := &pdfs{}
	p.reader.Engine, p.renderer.Engine = &p.engine, &p.engine
	return p
}

// close ends PDFium after the work under way.
func (p *pdfs) close() error {
	if err := p.engine.Close(); err != nil {
		return fmt.Errorf("close the PDF reader: %w", err)
	}
	return nil
}

// actionForeignNumber is the audit's word for a letter that somebody let go
// although it holds birth numbers that are not the recipient's.
const actionForeignNumber = "foreign_number_ok"

// foreignAllowed keeps in the audit that a person looked at the foreign birth
// numbers of a letter and let it go.
func (a *App) foreignAllowed(ctx context.Context, jobID string) error {
	return a.Store.AddAudit(ctx, post.Audit{At: a.Clock.Now(), Actor: actor(), Action: actionForeignNumber, Job: jobID})
}
