package store_test

import (
	"fmt"
	"testing"

	"brevdue/app/post"
	"brevdue/store"
)

func fill(b *testing.B, count int) (*store.DB, []post.Recipient) {
	db, _ := open(b)
	list := people(count)
	addPeople(b, db, "i", list...)
	return db, list
}

func BenchmarkImport10000(b *testing.B) {
	for b.Loop() {
		fill(b, 10_000)
	}
}

func BenchmarkSearchAmong100000(b *testing.B) {
	db, list := fill(b, 100_000)
	for name, query := range map[string]post.RecipientQuery{
		"all":     {Limit: 50},
		"common":  {Search: "odegard", Limit: 50},
		"rare":    {Search: "odegard 99998", Limit: 50},
		"nothing": {Search: "finnes ikke", Limit: 50},
		"number":  {Search: list[5].BirthNumber, Limit: 50},
		"checked": {Order: post.OrderChecked, Down: true, Limit: 50},
		"deep":    {Offset: 90_000, Limit: 50},
		"group":   {Group: "Medlemmer", Limit: 50},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := db.Recipients(b.Context(), query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch10000(b *testing.B) {
	db, list := fill(b, 10_000)
	for b.Loop() {
		if _, err := db.Match(b.Context(), list); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJobOf10000(b *testing.B) {
	db, list := fill(b, 10_000)
	n := 0
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			n++
			addJob(b, db, fmt.Sprint("j", n), list...)
		}
	})
	b.Run("jobs", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Jobs(b.Context(), post.JobQuery{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("items", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Items(b.Context(), "j1", post.ItemQuery{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("update all", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.UpdateItems(b.Context(), "j1", nil, func(item *post.Item) error { item.Attempts++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("update one", func(b *testing.B) {
		for b.Loop() {
			update(b, db, "j1", 7, func(item *post.Item) { item.Attempts++ })
		}
	})
	b.Run("sent before", func(b *testing.B) {
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].CustomerID
		}
		for b.Loop() {
			if _, err := db.SentBefore(b.Context(), "aa", ids); err != nil {
				b.Fatal(err)
			}
		}
	})
}
