//go:build !race

package sandbox

// underRace: the race detector is watching.
const underRace = false
