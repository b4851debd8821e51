package app

import (
	"context"

	"brevdue/app/post"
)

// settingTrialTo is where trial letters go, as KIND:VALUE. It never holds a
// personal number: the settings are not sealed.
const settingTrialTo = "trial.to"

// TrialTo is where trial letters went last, as KIND:VALUE, or "".
func (a *App) TrialTo(ctx context.Context) (string, error) {
	settings, err := a.Store.Settings(ctx)
	return settings[settingTrialTo], err
}

// SetTrialTo remembers where trial letters go: a Digipost address, an
// organisation or a customer of the register; "" forgets it.
func (a *App) SetTrialTo(ctx context.Context, to string) error {
	if err := a.Store.SetSetting(ctx, settingTrialTo, to); err != nil {
		return err
	}
	a.hub.notify(post.Notice{Topic: post.TopicSettings})
	return nil
}
