package ebox

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestErrorBodies reads error answers as servers write them: the problems of the
// Belgian government's REST guide, StatusMessage, and what proxies say.
func TestErrorBodies(t *testing.T) {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	const problem, plain = "application/problem+json", "application/json;charset=UTF-8"
	for _, test := range []struct {
		name, kind, body string
		want             Error
	}{
		{"expired token", problem, `{"type":"urn:problem-type:belgif:expiredAccessToken","href":"https://www.belgif.be/specification/rest/api-guide/problems/expiredAccessToken.html","title":"Expired Access Token","status":401,"detail":"The Bearer access token found in the Authorization HTTP header has expired","instance":"urn:uuid:123e4567-e89b-12d3-a456-426614174000"}`,
			Error{Problem: "expiredAccessToken", ID: "urn:uuid:123e4567-e89b-12d3-a456-426614174000"}},
		{"scope", problem, `{"type":"urn:problem-type:belgif:missingScope","title":"Missing Scope","status":403,"detail":"Forbidden to consult","requiredScopes":["scope:x:y",7,"a b"]}`,
			Error{Problem: "missingScope", Scopes: []string{"scope:x:y"}}},
		{"issues", problem, `{"type":"urn:problem-type:belgif:badRequest","status":400,"instance":"urn:uuid:123456-1234-1235-4567489798","issues":[{"type":"urn:problem-type:belgif:input-validation:schemaViolation","in":"query","name":"pageSize","value":"101"},{"type":"urn:problem-type:cbss:x:invalidStructure","in":"body","name":"items[0].ssin","value":"00000000097"},null]}`,
			Error{Problem: "badRequest", ID: "urn:uuid:123456-1234-1235-4567489798", Issues: []Issue{{"schemaViolation", "query", "pageSize"}, {"invalidStructure", "body", "items[0].ssin"}}}},
		{"old invalid parameters", problem, `{"type":"urn:problem-type:belgif:badRequest","invalidParams":[{"in":"query","name":"q","reason":"qlang is missing","value":"x"}]}`,
			Error{Problem: "badRequest", Issues: []Issue{{"", "query", "q"}}}},
		{"too many, seconds in the body", problem, `{"type":"urn:problem-type:belgif:tooManyRequests","status":429,"limit":100,"retryAfterSec":35}`,
			Error{Problem: "tooManyRequests", Limit: 100, Wait: 35 * time.Second}},
		{"too many, a date in the body", problem, `{"type":"urn:problem-type:belgif:tooManyRequests","status":429,"retryAfter":"2030-01-01T13:01:00+01:00"}`,
			Error{Problem: "tooManyRequests", Wait: time.Minute}},
		{"too large", problem, `{"type":"urn:problem-type:belgif:payloadTooLarge","limit":1048576}`, Error{Problem: "payloadTooLarge", Limit: 1 << 20}},
		{"no media type", "", `{"type":"urn:problem-type:belgif:resourceNotFound","title":"Resource Not Found","status":404}`, Error{Problem: "resourceNotFound"}},
		{"about:blank", problem, `{"title":"Not Found","status":404}`, Error{}},
		{"status message", plain, `{"id":"0a0b0c0d-0001-4002-8003-000000000001","code":"MESSAGE_NOT_FOUND","message":"Message 12 not found","contact":"helpdesk@ebox.example","environment":"production"}`,
			Error{Problem: "MESSAGE_NOT_FOUND", ID: "0a0b0c0d-0001-4002-8003-000000000001"}},
		{"status message of the federation", plain, `{"id":"123e4567-e89b-12d3-a456-426614174000","code":"40100","message":"x","environment":"PRODUCTION","stackTrace":[["be.fgov.Secret"]],"details":[{"value":{"a":1}}]}`,
			Error{Problem: "40100", ID: "123e4567-e89b-12d3-a456-426614174000"}},
		{"gateway page", "text/html", `<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>`, Error{}},
		{"page called JSON", plain, `<html></html>`, Error{}},
		{"nothing", "", "", Error{}},
		{"cut", problem, `{"type":"urn:problem-type:belgif:badReq`, Error{}},
		{"list", plain, `["x"]`, Error{}},
		{"other types", problem, `{"type":5,"title":{},"status":"x","instance":[],"issues":{"a":1},"limit":"many","retryAfterSec":{}}`, Error{Problem: "5"}},
		{"a person's number", plain, `{"id":"79010199754","code":"79010199754","message":"79010199754"}`, Error{}},
		{"a token", plain, `{"id":"eyJhbGciOiJSUzI1NiJ9","code":"eyJhbGciOiJSUzI1NiJ9","message":""}`, Error{}},
		{"a sentence", plain, `{"id":"see the log","code":"Jan Janssens not found"}`, Error{}},
	} {
		got := Error{}
		readProblem(&got, http.Header{"Content-Type": {test.kind}}, []byte(test.body), now)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v", test.name, got)
		}
		for _, secret := range []string{"79010199754", "00000000097", "eyJ", "Janssens", "fgov"} {
			if strings.Contains(fmt.Sprintf("%+v %s", got, got.Error()), secret) {
				t.Errorf("%s: %q is in the error", test.name, secret)
			}
		}
	}
}

// TestForeignProblems reads the examples of the published problem types.
func TestForeignProblems(t *testing.T) {
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for filepath.Base(folder) != "digipost" {
		folder = filepath.Dir(folder)
	}
	file, err := os.ReadFile(filepath.Join(folder, "..", "..", "shared", "schemas", "ebox", "belgif-problem-v1.yaml"))
	switch {
	case err == nil:
	case os.Getenv("REQUIRE_SHARED") == "1":
		t.Fatal(err)
	default:
		t.Skip("the published problem types are not here")
	}
	var got Error
	readProblem(&got, http.Header{"Content-Type": {"application/problem+json"}}, exampleOf(t, file, "InputValidationProblem"), time.Now())
	if got.Problem != "badRequest" || len(got.Issues) != 2 || got.Issues[0].In != "path" || got.Issues[1].Name != "items[0].examplePropertyWithPattern" {
		t.Errorf("%+v", got)
	}
	got = Error{}
	readProblem(&got, http.Header{}, exampleOf(t, file, "Problem"), time.Now())
	if got.Problem != "exampleProblem" || got.ID != "urn:uuid:123e4567-e89b-12d3-a456-426614174000" {
		t.Errorf("%+v", got)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "5": 5 * time.Second, " 5 ": 5 * time.Second, "-5": 0, "1.5": 1500 * time.Millisecond, "x": 0, "NaN": 0,
		"99999999999": longestWait, "1e400": 0, "Inf": longestWait,
		"Tue, 01 Jan 2030 12:01:00 GMT": time.Minute, "Mon, 31 Dec 2029 12:00:00 GMT": 0, "Tue, 01 Jan 2030 12:01:00": 0,
		"2030-01-01T12:00:30Z": 30 * time.Second,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

func FuzzProblem(f *testing.F) {
	f.Add("application/problem+json", `{"type":"urn:problem-type:belgif:badRequest","issues":[{"in":"query"}],"requiredScopes":["x"],"limit":1e9}`)
	f.Add("application/json", `{"id":"a","code":"b","message":"c"}`)
	f.Add("text/html", "<html>")
	f.Fuzz(func(t *testing.T, kind, body string) {
		var e Error
		readProblem(&e, http.Header{"Content-Type": {kind}}, []byte(body), time.Unix(0, 0))
		if e.Wait < 0 || e.Wait > longestWait || strings.ContainsAny(e.Error(), "\n\r") {
			t.Errorf("%+v", e)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"5", "Tue, 01 Jan 2030 12:01:00 GMT", "1e9", "-1", "2030-01-01T12:00:30Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if wait := retryAfter(value, time.Unix(1e9, 0)); wait < 0 || wait > longestWait {
			t.Errorf("%q: %v", value, wait)
		}
	})
}
