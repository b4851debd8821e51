package channel

import (
	"context"
	"strconv"
	"strings"

	"brevdue/app/post"
)

// featurePrefix stands before each feature's name (the Java client,
// SenderFeatureName).
const featurePrefix = "no.digipost.feature."

// Prove makes a signed call as the sender and says what Digipost knows of it
// (it is sender.Prover). It asks afresh each time.
func (c *Channel) Prove(ctx context.Context, who post.Sender) (post.Proof, error) {
	client, err := c.rest(ctx, who)
	if err != nil {
		return post.Proof{}, err
	}
	known, err := client.SenderInformation(ctx, who.SenderID)
	if err != nil {
		return post.Proof{}, c.fault(ctx, who, err)
	}
	if !known.Valid() {
		return post.Proof{}, post.NewFault(post.CodeNotAuthorised, nil,
			"sender", strconv.FormatInt(who.SenderID, 10), "detail", known.Status)
	}
	proof := post.Proof{SenderID: known.SenderID}
	proof.ClockSkew, _ = client.ClockSkew()
	for _, feature := range known.Features {
		proof.Features = append(proof.Features, strings.TrimPrefix(feature.Name, featurePrefix))
	}
	return proof, nil
}

// CheckSFTP logs in at the batch server as the sender and out again: it tells
// whether key, login and pinned server key are right.
func (c *Channel) CheckSFTP(ctx context.Context, who post.Sender) error {
	if who.SenderID == 0 {
		return post.NewFault(post.CodeNoSender, nil)
	}
	connection, err := c.connection(ctx, who)
	if err != nil {
		return err
	}
	return connection.Close()
}
