package ebox

import (
	"net/url"
	"strings"
)

// This file holds every name in which the two generations of the message
// registry's contract differ. Generation 2 follows the published contract,
// Message Registry 2.1. Of generation 3 no contract was at hand: what the public
// pages say is marked "said", the rest is marked "assumed". Correct it here when
// the contract is known; no logic depends on it.
//
// Names inside answers are accepted in both spellings whatever the generation,
// since a wrong guess would otherwise hide messages.

// dialect is how one generation writes its requests.
type dialect struct {
	// assumed says that a server may refuse a name below; see retry in list.go.
	assumed bool

	// Paths below the base address.
	messages     string
	types        string
	applications string
	senders      string
	// summary is empty where counts are taken from lists.
	summary string

	// Names of the filters of a list. An empty one is not sent.
	read, visible, registered    string
	senderID, typeID, appID      string
	partition                    string
	receivedAfter, receivedUntil string
	expiresAfter, expiresUntil   string
	search, language             string
	page, pageSize               string

	// patchVisible is the field that shows or hides a message.
	patchVisible string
}

var dialect2 = dialect{
	messages:     "ebox/messages",
	types:        "referenceData/messageTypes",
	applications: "referenceData/senderApplications",
	senders:      "referenceData/senderOrganizations",
	summary:      "ebox",

	read: "readStatus", visible: "visible", registered: "registeredMail",
	senderID: "senderOrganizationId", typeID: "messageTypeId", appID: "senderApplicationId",
	receivedAfter: "receivedAfter", receivedUntil: "receivedBefore",
	expiresAfter: "expiredAfter", expiresUntil: "expiredBefore",
	search: "q", language: "qlang", page: "page", pageSize: "pageSize",
	patchVisible: "visible",
}

var dialect3 = dialect{
	assumed:      true,
	messages:     "ebox/messages",               // said, for publishing
	types:        "refData/messageTypes",        // said
	applications: "refData/senderApplications",  // assumed
	senders:      "refData/senderOrganizations", // assumed
	summary:      "",                            // statistics are said to exist; paths unknown

	read: "isRead", visible: "isVisible", registered: "isRegisteredMail", // assumed, by the rule for booleans
	senderID: "senderOrganizationId", typeID: "messageTypeId", appID: "senderApplicationId", // assumed
	partition:     "partition",                                      // said
	receivedAfter: "receivedAfter", receivedUntil: "receivedBefore", // assumed
	expiresAfter: "expiredAfter", expiresUntil: "expiredBefore", // assumed
	search: "q", language: "qlang", page: "page", pageSize: "pageSize", // assumed
	patchVisible: "isVisible", // assumed, and so is that the rest of the body is as in 2.1
}

// Names inside answers, those of 2.1 first. What follows is said for publishing
// (isMainContent, isAttachmentSigned, isBodyMainContent, isReplyAuthorized,
// isRegisteredMail, sender, partition, label) and assumed for the rest.
var (
	nameRead       = []string{"readStatus", "isRead", "isReadStatus", "read"}
	nameVisible    = []string{"visible", "isVisible"}
	nameRegistered = []string{"registeredMail", "isRegisteredMail"}
	nameReply      = []string{"replyAuthorized", "isReplyAuthorized"}
	nameBodyMain   = []string{"bodyMainContent", "isBodyMainContent"}
	nameMain       = []string{"mainContent", "isMainContent"}
	nameSigned     = []string{"attachmentSigned", "isAttachmentSigned"}
	nameSender     = []string{"sender", "senderOrganization"}
	nameSenderID   = []string{"senderOrganizationId", "senderId"}
	// Inside a sender object. A citizen's ssin is a personal number and not read.
	namePartyID = []string{"enterpriseNumber", "organizationId", "eboxIdValue", "id"}
	// Inside forTheAttentionOf.
	nameAttention = []string{"name", "label"}
	// Of a party that the message was sent to.
	nameRecipient = []string{"recipient", "ebox"}
	// generalPartition is the one that has no name of its own for a person.
	generalPartition = "GENERAL"

	// Of a provider: generation 1 of the registry by contract, then assumed.
	nameProviderID   = []string{"messageProviderId", "messageRegistryId", "documentProviderId", "id"}
	nameProviderName = []string{"messageProviderName", "messageRegistryName", "documentProviderName", "name"}
	nameProviderURL  = []string{"messageProviderUrl", "messageRegistryUrl", "documentProviderUrl", "baseUrl", "url", "endpoint"}
	nameActivation   = []string{"messageProviderActivationDate", "activationDate", "startDate"}
	nameDeactivation = []string{"messageProviderDeactivationDate", "deactivationDate", "endDate"}
	nameMaintenance  = []string{"messageProviderPlannedMaintenance", "plannedMaintenance", "plannedMaintenances"}
	nameVersion      = []string{"apiSupportedVersion", "supportedVersion", "apiVersion", "version"}
	// Keys that hold the list itself where the answer is no bare array.
	nameList = []string{"items", "messageRegistries", "messageProviders", "documentProviders"}
)

// dialectOf chooses by the version the provider names, else by its address.
func dialectOf(p Provider) *dialect {
	if major, _, _ := strings.Cut(strings.TrimLeft(strings.TrimSpace(p.Version), "vV"), "."); major != "" {
		if major >= "3" && len(major) == 1 {
			return &dialect3
		}
		return &dialect2
	}
	if address, err := url.Parse(p.URL); err == nil {
		for _, part := range strings.Split(address.Path, "/") {
			if strings.EqualFold(part, "v3") {
				return &dialect3
			}
		}
	}
	return &dialect2
}
