package sandbox

import (
	"net/url"
	"time"
)

// eboxDialect is what the generations of the message registry differ in. 2.1 is
// by contract. Of 3.x only parts are published: the "is" before booleans, ssin
// and label of forTheAttentionOf, the object sender, partition and refData. All
// the rest of it here is assumed, and is to be changed here when it is known.
type eboxDialect struct {
	provider  string
	root      string // its official address
	reference string // first word of the addresses of reference data
	summary   bool   // GET /ebox is there
	names     eboxNames
	// filters are the names a list takes, aliases what those of 3.x are in 2.1.
	filters []string
	aliases map[string]string
}

type eboxNames struct {
	main, signed, body, reply, registered, visible, read string
	attentionID, attentionName                           string
}

var eboxFilters = []string{"page", "pageSize", "receivedBefore", "receivedAfter", "expiredBefore", "expiredAfter",
	"messageTypeId", "senderApplicationId", "q", "qlang"}

var eboxV2 = eboxDialect{
	provider: eboxFederal, root: "/REST/ebox/enterprise/messageRegistry/v2", reference: "referenceData", summary: true,
	names:   eboxNames{"mainContent", "attachmentSigned", "bodyMainContent", "replyAuthorized", "registeredMail", "visible", "readStatus", "id", "name"},
	filters: append([]string{"readStatus", "visible", "registeredMail", "senderOrganizationId"}, eboxFilters...),
}

var eboxV3 = eboxDialect{
	provider: eboxFlemish, root: "/REST/ebox/enterprise/messageRegistry/v3", reference: "refData",
	names: eboxNames{"isMainContent", "isAttachmentSigned", "isBodyMainContent", "isReplyAuthorized", "isRegisteredMail", "isVisible", "isRead", "ssin", "label"},
	filters: append([]string{"isRead", "isReadStatus", "isVisible", "isRegisteredMail", "readStatus", "visible", "registeredMail",
		"senderEnterpriseNumber", "enterpriseNumber", "senderOrganizationId", "partition"}, eboxFilters...),
	// Which of these 3.x takes is not published: each is taken.
	aliases: map[string]string{"isRead": "readStatus", "isReadStatus": "readStatus", "isVisible": "visible", "isRegisteredMail": "registeredMail",
		"senderEnterpriseNumber": "senderOrganizationId", "enterpriseNumber": "senderOrganizationId"},
}

// plainNames turns a query's names into those of 2.1.
func (d *eboxDialect) plainNames(q url.Values) url.Values {
	for name, plain := range d.aliases {
		if q.Has(name) {
			q.Set(plain, q.Get(name))
		}
	}
	return q
}

// eboxTime writes a time in one of the forms that occur.
func eboxTime(t time.Time, form int) string {
	switch form % 4 {
	case 0:
		return t.UTC().Format("2006-01-02T15:04:05Z")
	case 1:
		return t.In(brussels).Format("2006-01-02T15:04:05-07:00")
	case 2:
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return t.In(brussels).Format("2006-01-02T15:04:05.000-07:00")
}

// message writes a message.
func (d *eboxDialect) message(base string, v eboxView) object {
	n := d.names
	out := object{
		"messageId": v.ID, "subject": v.Subject, "receiptDate": eboxTime(v.Received, v.form), "expirationDate": eboxTime(v.Ends, v.form),
		n.read: v.Read, n.visible: v.Visible, n.registered: v.Registered, "messageTypeId": v.Type,
		"attachments": d.attachments(base, v), n.body: v.BodyMain, n.reply: v.Reply,
	}
	if d == &eboxV2 {
		out["senderOrganizationId"] = v.Sender
	} else {
		out["sender"] = object{"eboxType": "enterprise", "enterpriseNumber": v.Sender, "partition": "GENERAL"}
		out["partition"] = v.partition()
	}
	if v.Application != "" {
		out["senderApplicationId"] = v.Application
	}
	if v.Original != "" {
		out["originalMessageId"] = v.Original
	}
	if v.Attention != nil {
		person := object{n.attentionID: v.Attention.ID, n.attentionName: v.Attention.Name}
		if d == &eboxV2 {
			person["type"] = v.Attention.Type
		}
		out["forTheAttentionOf"] = person
	}
	if v.Payment != nil {
		out["paymentData"] = v.Payment
	}
	if len(v.Business) > 0 {
		var items []object
		for _, b := range v.Business {
			item := object{"key": b.Key, "name": b.Name, "values": b.Values}
			if b.Description != nil {
				item["description"] = b.Description
			}
			items = append(items, item)
		}
		out["businessDataList"] = object{"items": items, "totalItems": len(items)}
	}
	if v.Change != nil {
		v.Change(out)
	}
	return out
}

func (d *eboxDialect) attachments(base string, v eboxView) object {
	items := []object{}
	for _, doc := range v.Documents {
		items = append(items, d.attachment(base, v, doc))
	}
	return object{"items": items, "totalItems": len(items)}
}

// attachment writes what is told of a document.
func (d *eboxDialect) attachment(base string, v eboxView, doc *eboxDocument) object {
	out := object{
		"attachmentId": doc.ID, "fileName": doc.Name, d.names.main: doc.Main, "mediaType": doc.Media, "size": doc.kB(), d.names.signed: doc.Signed,
		"contentHref": base + d.root + "/ebox/messages/" + url.PathEscape(v.ID) + "/attachments/" + url.PathEscape(doc.ID) + "/content",
	}
	if doc.Title != nil {
		out["attachmentTitle"] = doc.Title
	}
	if doc.Digest != digestAbsent {
		out["digest"] = object{"digestMethod": "sha_256", "digestValue": doc.digest()}
	}
	if doc.NoID {
		delete(out, "attachmentId")
	}
	if doc.NoHref {
		delete(out, "contentHref")
	}
	if doc.Stray {
		out["contentHref"] = strayAddress(base, v.ID)
	}
	return out
}
