// Package parts holds what all screens are made of: buttons, fields, tables, the
// frame of a page. Parts report what a person does by callbacks and know
// nothing of letters.
//
// # How to build a screen
//
// A screen is a package below ui with two files. model.go holds state and
// commands without Fyne; it asks for what it needs by a small struct Ports of
// functions in the words of app/post, and is tested as plain Go. view.go has
//
//	func New(env *parts.Env, ports Ports) *Screen
//
// and makes *Screen a [Screen]: Open starts reading, View builds widgets from the
// model, Leave stops listeners and timers. View is called again after each change
// of language, colours and [Env.Redraw], so that it keeps nothing itself.
//
// View gives the result of [Page.View]: a title, a content, Back at the left, one Main
// button at the right. Content is put together by [Stack], [Row] and [Card] with
// the spacing of package look. Sentences are wrapped at a fixed width:
// look.Reading on a page, [CardText] in a card, [WizardText] beside steps. A text that
// may be long on one line is clipped and stands in a [Fill].
//
// Slow work goes through Env.Run (package task); nothing else starts
// goroutines. What went wrong is shown by a [FaultBox] in place.
//
// Everything a person uses has an id ("mailing.approve"), the same in every
// language: tests and the tour find it by [Controls].
package parts
