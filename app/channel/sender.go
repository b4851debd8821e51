package channel

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"brevdue/app/post"
	"brevdue/digipost"
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
	return c.prove(ctx, client, who)
}

// ProveWith is Prove with a certificate that is not in use yet. It leaves the
// client of the one in use alone.
func (c *Channel) ProveWith(ctx context.Context, who post.Sender, file []byte, password string) (post.Proof, error) {
	endpoints, err := c.locate(ctx)
	if err != nil {
		return post.Proof{}, err
	}
	keys, err := digipost.ReadPKCS12(file, password)
	if err != nil {
		return post.Proof{}, certificateFault(err)
	}
	client, err := digipost.New(digipost.Config{
		BaseURL: endpoints.REST, BrokerID: broker(who), Key: keys.Key, UserAgent: c.userAgent, Now: c.now})
	if err != nil {
		return post.Proof{}, fmt.Errorf("make the REST client: %w", err)
	}
	defer client.Close()
	return c.prove(ctx, client, who)
}

func (c *Channel) prove(ctx context.Context, client *digipost.Client, who post.Sender) (post.Proof, error) {
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
