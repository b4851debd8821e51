package validate

func restRules(*grammar) *rules  { return nil }
func batchRules(*grammar) *rules { return nil }
