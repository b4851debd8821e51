package sandbox

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keepEvents is how long the feed keeps an event.
const keepEvents = 30 * 24 * time.Hour

// registrationEvents begins the types that are in the schema of the .NET client only.
const registrationEvents = "REQUEST_FOR_REGISTRATION_"

// query reads the parameters of a request strictly: only known ones, each once.
func query(raw string, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refuse(codeQuery, "The query is not well-formed")
	}
	for name, list := range values {
		if len(list) != 1 || !slices.Contains(known, name) {
			return nil, refuse(codeQuery, "A parameter is unknown or there more than once")
		}
	}
	return values, nil
}

// count reads a whole number from min to max.
func count(values url.Values, name string, otherwise, min, max int) (int, error) {
	if !values.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(values.Get(name))
	if err != nil || n < min || n > max {
		return 0, refuse(codeQuery, "%s must be a whole number from %d to %d", name, min, max)
	}
	return n, nil
}

// instant reads a time that must have an offset: without one it would depend
// on a zone that nobody has named.
func instant(values url.Values, name string) (time.Time, error) {
	text := values.Get(name)
	if text == "" {
		return time.Time{}, refuse(codeQuery, "%s is missing", name)
	}
	t, err := time.Parse("2006-01-02T15:04:05Z07:00", text)
	if err != nil || isDateTime(text) != "" {
		return t, refuse(codeQuery, "%s must be a time with offset, such as 2026-01-26T13:00:00.000+01:00, percent-encoded", name)
	}
	return t, nil
}

// documentEvents answers the feed of the broker: what happened to all letters
// of all its senders, oldest first, page by page. A caller who is behind by ahead
// asks for what has happened until then.
func (s *Server) documentEvents(raw string, now time.Time, ahead time.Duration) (answer, error) {
	q, err := query(raw, "from", "to", "offset", "maxResults", "org", "part", "sender")
	if err != nil {
		return answer{}, err
	}
	from, err := instant(q, "from")
	if err != nil {
		return answer{}, err
	}
	to, err := instant(q, "to")
	if err != nil {
		return answer{}, err
	}
	if to.Before(from) {
		return answer{}, refuse(codeDateRange, "to is before from")
	}
	to = to.Add(ahead)
	offset, err := count(q, "offset", 0, 0, 1<<30)
	if err != nil {
		return answer{}, err
	}
	most, err := count(q, "maxResults", choiceEvents, 1, choiceMostEvents)
	if err != nil {
		return answer{}, err
	}
	only, err := s.eventSender(q)
	if err != nil {
		return answer{}, err
	}
	takes := func(l *letter) bool { return only == 0 || l.SenderID == only }
	list := append(s.state.eventsUntil(now, takes), s.mailEvents(now, takes)...)
	sortEvents(list)
	plain := s.sender(senderID).PlainEvents
	// Both ends belong to the window: windows that touch give an event twice.
	list = slices.DeleteFunc(list, func(e event) bool {
		return e.At.Before(from) || e.At.After(to) || plain && strings.HasPrefix(e.Type, registrationEvents)
	})
	list = list[min(offset, len(list)):]
	return ok(eventsXML(list[:min(most, len(list))])), nil
}

// eventSender is the sender that the feed is narrowed to, 0 for all.
func (s *Server) eventSender(q url.Values) (int64, error) {
	var one *Sender
	switch {
	case q.Has("sender") && q.Has("org"):
		return 0, refuse(codeQuery, "sender or org, not both")
	case q.Has("sender"):
		id, ok := parseID(q.Get("sender"))
		if !ok {
			return 0, refuse(codeQuery, "A sender-id is a number")
		}
		one = s.sender(id)
	case q.Has("org"):
		one = s.senderByOrganisation(q.Get("org"), q.Get("part"))
	case q.Has("part"):
		return 0, refuse(codeQuery, "part needs org")
	default:
		return 0, nil
	}
	if one == nil {
		return 0, refuse(codeBrokerNotAuthorized, "This account may not act for that sender")
	}
	return one.ID, nil
}

func eventsXML(list []event) []byte {
	return apiDocument("document-events", func(x *xmlWriter) {
		for _, e := range list {
			x.start("event", "uuid", e.Document, "type", e.Type, "created", dateTime(e.At), "document-created", dateTime(e.DocumentCreated))
			if e.Metadata != "" {
				x.empty("metadata", append([]string{"xmlns:xsi", nsInstance, "xsi:type", e.Metadata}, e.Attributes...)...)
			}
			x.end()
		}
	})
}
