package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"brevdue/app"
)

// The kill test: mailings to some hundred people, the program killed with
// SIGKILL again and again at seeded moments while the stand-in loses answers,
// resets, fails and stalls. At the end everybody has one letter, and the program
// says of each what the stand-in holds.
//
// Short it is part of every run of the tests. KILL_PEOPLE and KILL_MOMENTS make
// it long: `make torture` kills mailings of 500 at 200 moments by each way.

// killPlan is how hard the kill test is: mailings to so many people are made
// until one of them was killed at so many moments altogether.
type killPlan struct{ people, moments int }

// mostKills is how often one mailing is killed: then it may end, and the next is
// made, so that the beginnings and ends are met, too.
const mostKills = 12

func planOfKills(t *testing.T) killPlan {
	t.Helper()
	plan := killPlan{people: 60, moments: 4}
	for name, set := range map[string]*int{"KILL_PEOPLE": &plan.people, "KILL_MOMENTS": &plan.moments} {
		if text := os.Getenv(name); text != "" {
			value, err := strconv.Atoi(text)
			if err != nil || value < 1 {
				t.Fatalf("%s: %q is no number", name, text)
			}
			*set = value
		}
	}
	return plan
}

// TestKilledMailing kills a mailing letter by letter and one in a file.
func TestKilledMailing(t *testing.T) {
	plan := planOfKills(t)
	_, seed := rounds(t)
	ways := []struct {
		via, trouble string
		life         time.Duration
	}{
		{"rest", "delay@/messages:4ms,reset_after@/messages%6,reset_before@/messages%4,500@/messages%4,cut@/messages%3,stall@/messages%0.1,500@/documents%10", 2500 * time.Millisecond},
		{"batch", "sftp_cut:%d%%50,receipt_broken%%30,receipt_order%%30,receipt_delay:400ms%%40", 2500 * time.Millisecond},
	}
	for _, way := range ways {
		t.Run(way.via, func(t *testing.T) {
			t.Parallel()
			kills, mailings := 0, 0
			for ; kills < plan.moments; mailings++ {
				r := newRig(t, seed+uint64(mailings))
				r.list = strings.TrimSuffix(r.list, ".xlsx") + ".csv"
				app.Crowd(t, plan.people, r.list, r.people)
				r.killStandIn()
				if err := os.RemoveAll(r.folder); err != nil {
					t.Fatal(err)
				}
				r.start()
				trouble := way.trouble
				if strings.Contains(trouble, "%d") {
					trouble = fmt.Sprintf(trouble, r.random.IntN(60000))
				}
				r.mischief(trouble)
				kills += r.killMailing(way.via, min(mostKills, plan.moments-kills), way.life)
				r.agreeByName(way.via, plan.people)
				r.killStandIn()
				if t.Failed() {
					t.Fatalf("seed %d", seed+uint64(mailings))
				}
			}
			t.Logf("%s: %d mailings of %d, killed %d times: lost 0, doubled 0, wrong 0", way.via, mailings, plan.people, kills)
		})
	}
}

const killedSubject = "Drept"

// killMailing plans a mailing and kills whoever runs it, until so many were killed
// or it is done. It gives how many were.
func (r *rig) killMailing(via string, moments int, life time.Duration) int {
	r.t.Helper()
	mail := []string{"mail", "-list", r.list, "-document", r.letter, "-subject", killedSubject, "-via", via, "-pattern", "send_only",
		"-cooling-off", "0s", "-yes"}
	kills := 0
	for kills < moments {
		args := mail
		if job := r.jobWhere("mailing", via); job.ID != "" {
			if job.State == "done" {
				break
			}
			args = []string{"resume"}
			if job.State == "ready" { // planned, and killed before its approval
				args = []string{"resume", job.ID, "-yes"}
			}
		}
		if r.killed(life, args...) {
			kills++
		}
	}
	if job := r.jobWhere("mailing", via); job.ID == "" || job.State == "ready" {
		r.mischief("")
		if job.ID == "" {
			r.run(0, nil, append(mail, "-detach")...)
		} else {
			command := r.command("resume", job.ID, "-yes")
			_, _ = command.Output() // its exit code speaks of the letters
		}
	}
	r.settle()
	return kills
}

// jobWhere gives the newest job of a kind and way, or none.
func (r *rig) jobWhere(kind, via string) (job struct{ ID, State, Kind, Via string }) {
	r.t.Helper()
	for _, each := range r.jobsNow() {
		if each.Kind == kind && each.Via == via {
			return each
		}
	}
	return job
}

// agreeByName holds what the program says of each person against the letters
// that the stand-in holds for that name.
func (r *rig) agreeByName(via string, people int) {
	r.t.Helper()
	job := r.jobWhere("mailing", via)
	command := r.command("job", job.ID)
	out, _ := command.Output() // its exit code speaks of the letters
	var said result
	if err := json.Unmarshal(out, &said); err != nil {
		r.t.Fatalf("job %q: %v\n%s", job.ID, err, out)
	}
	held := map[string]int{}
	for _, letter := range r.letters() {
		held[letter.Name]++
	}
	lost, doubled, wrong := 0, 0, 0
	for _, each := range said.Results {
		number, err := strconv.Atoi(each.CustomerID)
		if err != nil {
			number = 10000 + each.Row - 1 // the heading is row 1
		}
		name := fmt.Sprintf("Tortur Nummer%05d", number-10000)
		switch times := held[name]; {
		case times == 0:
			lost++
		case times > 1:
			doubled++
		}
		if (held[name] > 0) != (each.Status == "delivered") {
			wrong++
			r.t.Errorf("%s has %d letters and is said to be %s (%s)", name, held[name], each.Status, each.Reason)
		}
	}
	r.t.Logf("%s: %d people, lost %d, doubled %d, wrong %d, said %s with %d delivered", via, len(said.Results), lost, doubled, wrong, said.State, said.Delivered)
	if len(said.Results) != people || lost+doubled+wrong > 0 || len(held) != people || said.State != "done" || said.Delivered != people {
		r.t.Errorf("%s: %d of %d people, %d with letters", via, len(said.Results), people, len(held))
	}
}
