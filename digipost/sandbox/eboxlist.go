package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// eboxQuery reads a query in which every name is known and comes once.
func eboxQuery(raw string, known []string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, badInput("query", "query", "", "not well-formed")
	}
	for name, each := range values {
		if !slices.Contains(known, name) {
			return nil, unknownInput(name, each[0])
		}
		if len(each) > 1 {
			return nil, badInput("query", name, each[1], "comes twice")
		}
		if each[0] == "" {
			return nil, badInput("query", name, "", "is empty")
		}
	}
	return values, nil
}

// eboxFilter is what a list is asked for, in the names of 2.1.
type eboxFilter struct {
	page, size int
	tests      []func(eboxView) bool
}

// brussels is the zone that days count in.
var brussels = func() *time.Location {
	if zone, err := time.LoadLocation("Europe/Brussels"); err == nil {
		return zone
	}
	return time.FixedZone("CET", 3600)
}()

func eboxDay(t time.Time) string { return t.In(brussels).Format(time.DateOnly) }

// readPaging reads page and pageSize.
func readPaging(q url.Values) (page, size int, err error) {
	read := func(name string, otherwise, most int) int {
		text := q.Get(name)
		if text == "" {
			return otherwise
		}
		n, wrong := strconv.Atoi(text)
		if wrong != nil || n < 1 || n > most {
			err = badInput("query", name, text, "must be a whole number from 1 to "+strconv.Itoa(most))
		}
		return n
	}
	page, size = read("page", 1, 1<<31-1), read("pageSize", 25, 100)
	return page, size, err
}

// readFilter reads the query of a list. Conditions all have to hold.
func (d *eboxDialect) readFilter(raw string) (*eboxFilter, error) {
	q, err := eboxQuery(raw, d.filters)
	if err != nil {
		return nil, err
	}
	q = d.plainNames(q)
	f := &eboxFilter{}
	if f.page, f.size, err = readPaging(q); err != nil {
		return nil, err
	}
	for _, add := range []func(*eboxFilter, url.Values) error{(*eboxFilter).days, (*eboxFilter).flags, (*eboxFilter).search} {
		if err := add(f, q); err != nil {
			return nil, err
		}
	}
	for name, of := range map[string]func(eboxView) string{
		"messageTypeId":        func(v eboxView) string { return v.Type },
		"senderOrganizationId": func(v eboxView) string { return v.Sender },
		"senderApplicationId":  func(v eboxView) string { return v.Application },
		"partition":            func(v eboxView) string { return v.partition() },
	} {
		if want := q.Get(name); want != "" {
			f.tests = append(f.tests, func(v eboxView) bool { return of(v) == want })
		}
	}
	return f, nil
}

// days adds the filters by day: before and after that day, so neither has the
// day itself in it.
func (f *eboxFilter) days(q url.Values) error {
	received := func(v eboxView) string { return eboxDay(v.Received) }
	expires := func(v eboxView) string { return eboxDay(v.Ends) }
	for _, each := range []struct {
		name string
		of   func(eboxView) string
		sign int
	}{{"receivedBefore", received, -1}, {"receivedAfter", received, 1}, {"expiredBefore", expires, -1}, {"expiredAfter", expires, 1}} {
		day := q.Get(each.name)
		if day == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return badInput("query", each.name, day, "must be a day such as 2026-01-31")
		}
		f.tests = append(f.tests, func(v eboxView) bool { return strings.Compare(each.of(v), day) == each.sign })
	}
	return nil
}

func (f *eboxFilter) flags(q url.Values) error {
	for name, of := range map[string]func(eboxView) bool{
		"readStatus":     func(v eboxView) bool { return v.Read },
		"visible":        func(v eboxView) bool { return v.Visible },
		"registeredMail": func(v eboxView) bool { return v.Registered },
	} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		if text != "true" && text != "false" {
			return badInput("query", name, text, "must be true or false")
		}
		f.tests = append(f.tests, func(v eboxView) bool { return strconv.FormatBool(of(v)) == text })
	}
	return nil
}

// search adds q and qlang: both or neither.
func (f *eboxFilter) search(q url.Values) error {
	text, lang := q.Get("q"), q.Get("qlang")
	switch {
	case text == "" && lang == "":
		return nil
	case lang == "":
		return badInput("query", "qlang", "", "is needed with q")
	case !slices.Contains([]string{"nl", "fr", "de"}, lang):
		return badInput("query", "qlang", lang, "must be nl, fr or de")
	case text == "":
		return badInput("query", "q", "", "is needed with qlang")
	}
	want := folded(text)
	f.tests = append(f.tests, func(v eboxView) bool {
		return slices.ContainsFunc(v.searched(lang), func(in string) bool { return strings.Contains(folded(in), want) })
	})
	return nil
}

// folded is a text without case and accents.
func folded(text string) string {
	// A transformer keeps state, so that each call has its own. It fails for nothing.
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		plain = text
	}
	return strings.ToLower(plain)
}

// searched are the texts of a message that q looks into, in one language.
func (m *eboxMessage) searched(lang string) []string {
	texts := []string{m.Subject[lang]}
	for _, data := range m.Business {
		for _, value := range data.Values {
			texts = append(texts, value[lang])
		}
	}
	if m.Attention != nil {
		texts = append(texts, m.Attention.ID, m.Attention.Name)
	}
	for _, ref := range []*eboxReferenceItem{
		eboxReferenceOf(eboxTypes, m.Type), eboxReferenceOf(eboxOrganizations, m.Sender), eboxReferenceOf(eboxApplications, m.Application),
	} {
		if ref != nil {
			texts = append(texts, ref.Name[lang], ref.Description[lang])
		}
	}
	return texts
}

// pageOf cuts a page out of a list.
func pageOf[T any](list []T, page, size int) []T {
	if page-1 > len(list)/size {
		return []T{}
	}
	from := (page - 1) * size
	return list[min(from, len(list)):min(from+size, len(list))]
}

// eboxList answers GET /ebox/messages.
func (s *Server) eboxList(c *eboxCall) (eboxAnswer, error) {
	if err := only(c.Request, http.MethodGet); err != nil {
		var f = err.(*eboxFault)
		f.header["Allow"] = "GET, PATCH"
		return eboxAnswer{}, err
	}
	d := c.part.dialect
	if err := takes(c.Request, "application/json"); err != nil {
		return eboxAnswer{}, err
	}
	f, err := d.readFilter(c.URL.RawQuery)
	if err != nil {
		return eboxAnswer{}, err
	}
	s.countOperation(c, "list")
	list := slices.DeleteFunc(s.ebox.list(d.provider, c.now), func(v eboxView) bool {
		return slices.ContainsFunc(f.tests, func(test func(eboxView) bool) bool { return !test(v) })
	})
	s.ebox.mu.Lock()
	s.ebox.looked[d.provider] = c.now
	s.ebox.mu.Unlock()
	items := []object{}
	for _, v := range pageOf(list, f.page, f.size) {
		items = append(items, d.message(s.ebox.base, v))
	}
	a, err := inJSON(object{"items": items, "totalItems": len(list)})
	if err != nil {
		return a, err
	}
	return a, s.arriveNext(d.provider, c.now)
}

// arriveNext lets in what waits for a page to be given.
func (s *Server) arriveNext(provider string, now time.Time) error {
	s.ebox.mu.Lock()
	coming := s.ebox.coming[provider]
	delete(s.ebox.coming, provider)
	s.ebox.mu.Unlock()
	for _, arrival := range coming {
		arrival.At = now
		if err := s.keepEBox(eboxStep{Arrived: &arrival}); err != nil {
			return err
		}
	}
	return nil
}
