package channel

import (
	"context"
	"strconv"

	"brevdue/app/post"
)

// Prove makes a signed call as the sender and says what Digipost knows of it
// (it is sender.Prover).
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
	for _, feature := range known.Features {
		proof.Features = append(proof.Features, feature.Name)
	}
	return proof, nil
}
