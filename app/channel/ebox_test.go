package channel

import "brevdue/app/inbox"

var _ inbox.Box = (*EBox)(nil)
