package sandbox

import "time"

// printedAt is when the print service has printed what it got at a time.
func (f *fate) printedAt(at time.Time) time.Time {
	if f.Print != 0 {
		return at.Add(f.Print)
	}
	return clockOn(printDay(at), choicePrintHour)
}

// postedAt is when what the print service got at a time is postmarked.
func (f *fate) postedAt(at time.Time) time.Time {
	if f.Postmark != 0 {
		return at.Add(max(f.Print, f.Postmark))
	}
	return clockOn(workingDay(f.printedAt(at).AddDate(0, 0, 1)), choicePostHour)
}

// printDay is the day of the print run for what came in at a time: the next
// working day; what comes after the cut-off counts as come the day after.
func printDay(at time.Time) time.Time {
	if at.Hour() >= choicePrintCutOff {
		at = at.AddDate(0, 0, 1)
	}
	return workingDay(at.AddDate(0, 0, 1))
}

// workingDay is the day itself, or the next one that is a working day.
func workingDay(day time.Time) time.Time {
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || holiday(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

func clockOn(day time.Time, hour int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location())
}

// holiday says whether a day is a Norwegian public holiday: fixed ones, and
// those that follow Easter.
func holiday(day time.Time) bool {
	switch day.Format("01-02") {
	case "01-01", "05-01", "05-17", "12-25", "12-26":
		return true
	}
	switch daysAfterEaster(day) {
	case -3, -2, 0, 1, 39, 49, 50:
		return true
	}
	return false
}

// daysAfterEaster counts from Easter Sunday of the same year (the Gregorian
// computus as Meeus, Jones and Butcher have it).
func daysAfterEaster(day time.Time) int {
	y := day.Year()
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	easter := time.Date(y, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
	return int(time.Date(y, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC).Sub(easter) / (24 * time.Hour))
}
