package channel

import (
	"context"
	"time"

	"brevdue/app/post"
	"brevdue/digipost"
)

// Ready makes a signed call that sends nothing (it is job.Letters).
func (c *Channel) Ready(ctx context.Context, sender post.Sender) error {
	_, err := c.Prove(ctx, sender)
	return err
}

// Send delivers one letter (it is job.Letters).
func (c *Channel) Send(ctx context.Context, letter post.Letter) (post.Outcome, error) {
	client, err := c.rest(ctx, letter.Sender)
	if err != nil {
		return post.Outcome{}, err
	}
	if err := overdue(letter.Options, c.now()); err != nil {
		return post.Outcome{}, err
	}
	message, err := messageOf(letter)
	if err != nil {
		if outcome, ok := notMade(err); ok {
			return outcome, nil
		}
		return post.Outcome{}, err
	}
	delivery, err := client.Send(ctx, message, contentsOf(ctx, letter))
	if err != nil {
		return c.notSent(ctx, letter, err)
	}
	return deliveredAs(delivery, c.thereNow(client)), nil
}

// Status asks what became of a document (it is job.Letters).
func (c *Channel) Status(ctx context.Context, sender post.Sender, documentUUID string) (post.Outcome, bool, error) {
	client, err := c.rest(ctx, sender)
	if err != nil {
		return post.Outcome{}, false, err
	}
	status, err := client.DocumentStatus(ctx, sender.SenderID, documentUUID)
	if digipost.IsNotFound(err) {
		return post.Outcome{}, false, nil
	}
	if err != nil {
		return post.Outcome{}, false, c.fault(ctx, sender, err)
	}
	// Digipost calls delivered only what the recipient can see, whatever our clock
	// says; a letter for later is not delivered until then.
	outcome := outcomeOf(status.Channel, status.Status, status.Delivered, status.Delivered)
	if outcome.Status == post.ItemDelivered && status.Read == "Y" {
		outcome.Status = post.ItemOpened
	}
	return outcome, true, nil
}

// clockGrain is what clocks may differ by when no more is known than Digipost's
// Date, which counts whole seconds.
const clockGrain = 2 * time.Second

// thereNow is the time at Digipost as far as the last answer tells it, so that a
// letter delivered just now is not taken for one that is still to come.
func (c *Channel) thereNow(client *digipost.Client) time.Time {
	skew, _ := client.ClockSkew()
	return c.now().Add(clockGrain - skew)
}

// DetailContentDiffers marks a letter that was delivered although Digipost
// names another hash of a document than that of what was sent.
const DetailContentDiffers = "CONTENT_DIFFERS"

// deliveredAs reads the answer to a letter.
func deliveredAs(delivery *digipost.MessageDelivery, now time.Time) post.Outcome {
	outcome := outcomeOf(delivery.DeliveryMethod, delivery.Status, delivery.DeliveryTime, now)
	outcome.SentSHA256 = delivery.RequestSHA256
	if len(delivery.ContentDiffers) > 0 {
		outcome.Reason, outcome.Detail = post.ReasonOther, DetailContentDiffers
	}
	return outcome
}

// outcomeOf reads delivery-method with status, of a message-delivery or of a
// document-status (api_v8.xsd). It tells what happened, not what was hoped for.
// at is the delivery, now the time at Digipost.
func outcomeOf(method, status string, at, now time.Time) post.Outcome {
	outcome := post.Outcome{Channel: channelOf(method), Status: post.ItemReceived, DeliveredAt: at}
	switch {
	case method == digipost.ChannelPending:
		// The time is that of the deadline, if any: nothing was delivered.
		outcome.Status, outcome.DeliveredAt = post.ItemPending, time.Time{}
	case method == digipost.ChannelPrint && (status == digipost.DeliveryToPrint || status == digipost.StatusDelivered):
		outcome.Status = post.ItemPrinting
	case status == digipost.DeliveryDelivered && !at.After(now):
		outcome.Status = post.ItemDelivered
	}
	return outcome
}

func channelOf(method string) post.Channel {
	switch method {
	case digipost.ChannelDigipost:
		return post.ChannelDigipost
	case digipost.ChannelPrint:
		return post.ChannelPrint
	case digipost.ChannelPeppol:
		return post.ChannelPeppol
	case digipost.ChannelEPost:
		return post.ChannelEPost
	}
	return post.ChannelNone
}
