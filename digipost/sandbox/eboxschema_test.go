package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"go.yaml.in/yaml/v3"
)

// plainJSON turns what YAML gives into what JSON takes: names that are numbers
// become texts.
func plainJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, one := range v {
			v[k] = plainJSON(one)
		}
	case map[any]any:
		out := map[string]any{}
		for k, one := range v {
			out[fmt.Sprint(k)] = plainJSON(one)
		}
		return out
	case []any:
		for i, one := range v {
			v[i] = plainJSON(one)
		}
	}
	return v
}

func readYAML(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(shared(t, "schemas", "ebox", name))
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(plainJSON(tree))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// contract is a Swagger file that requests and answers are held against.
type contract struct {
	t      *testing.T
	doc    *openapi3.T
	router routers.Router
}

func newContract(t *testing.T, name, server string) *contract {
	t.Helper()
	var old openapi2.T
	if err := json.Unmarshal(readYAML(t, name), &old); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: server}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	return &contract{t, doc, router}
}

// holds checks one answer, as the contract words it for the request.
func (c *contract) holds(method, address string, a eboxReply) {
	c.t.Helper()
	req, err := http.NewRequest(method, address, http.NoBody)
	if err != nil {
		c.t.Fatal(err)
	}
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, address, err)
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	input := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	err = openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), Options: options})
	if err != nil {
		c.t.Errorf("%s %s: %v\n%.600s", method, address, err, a.body)
	}
}

// TestEBoxContract: every answer of the provider of 2.1 is as its contract says.
func TestEBoxContract(t *testing.T) {
	c := startEBox(t)
	c.login()
	c.control("/ebox-settings", `{"contract_only": true}`)
	server := c.base + "/REST/ebox/enterprise/messageRegistry/v2"
	k := newContract(t, "message-registry-2.1.yaml", server)
	check := func(path string, status int) eboxReply {
		t.Helper()
		a := c.get(server + path)
		if a.status != status {
			t.Errorf("%s: %d %.300s", path, a.status, a.body)
		}
		k.holds("GET", server+path, a)
		return a
	}
	check("/ebox", 200)
	var list struct {
		Items []struct {
			MessageID   string `json:"messageId"`
			Attachments struct {
				Items []struct {
					AttachmentID string `json:"attachmentId"`
				} `json:"items"`
			} `json:"attachments"`
		} `json:"items"`
	}
	if err := json.Unmarshal(check("/ebox/messages?pageSize=100", 200).body, &list); err != nil || len(list.Items) < 50 {
		t.Fatalf("%v %d", err, len(list.Items))
	}
	for _, m := range list.Items {
		path := "/ebox/messages/" + url.PathEscape(m.MessageID)
		check(path, 200)
		check(path+"/attachments", 200)
		for _, d := range m.Attachments.Items {
			if d.AttachmentID != "" {
				check(path+"/attachments/"+url.PathEscape(d.AttachmentID), 200)
			}
		}
	}
	check("/ebox/messages/EBX-1005/paymentData", 200)
	check("/ebox/messages/EBX-1007/body", 200)
	for _, kind := range []string{"messageTypes", "senderApplications", "senderOrganizations"} {
		check("/referenceData/"+kind, 200)
		check("/referenceData/"+kind+"/nobody", 404)
		check("/referenceData/"+kind+"?page=0", 400)
		for _, item := range eboxReferenceKinds[kind].list {
			check("/referenceData/"+kind+"/"+url.PathEscape(item.ID), 200)
		}
	}
	check("/ebox/messages?pageSize=101", 400)
	check("/ebox/messages/none", 404)
	check("/ebox/messages/EBX-0001/attachments/none", 404)
	check("/ebox/messages/EBX-0001/body", 404)
	check("/ebox/messages/EBX-0001/paymentData", 404)
	c.token = "bad"
	check("/ebox", 401)
}

func TestEBoxFederationContract(t *testing.T) {
	c := startEBox(t)
	c.login()
	server := c.base + "/REST/ebox/enterprise/federation/v1"
	k := newContract(t, "federation-1.3.yaml", server)
	for path, status := range map[string]int{"/messageProviders": 200, "/messageProviders/" + eboxFlemish: 200, "/messageProviders/none": 404} {
		a := c.get(server + path)
		if a.status != status {
			t.Errorf("%s: %d", path, a.status)
		}
		k.holds("GET", server+path, a)
	}
}

// TestEBoxProblems: errors of the provider of 3.x are Belgif's.
func TestEBoxProblems(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(readYAML(t, "belgif-problem-v1.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	schema := doc.Components.Schemas["InputValidationProblem"].Value
	c := startEBox(t)
	check := func(a eboxReply, status int, kind string) {
		t.Helper()
		body := a.json(t)
		if err := schema.VisitJSON(map[string]any(body)); err != nil {
			t.Errorf("%v\n%s", err, a.body)
		}
		if a.status != status || a.header.Get("Content-Type") != "application/problem+json" || kind != "" && body["type"] != "urn:problem-type:belgif:"+kind {
			t.Errorf("%d %v %s", a.status, a.header, a.body)
		}
	}
	check(c.get("/v3/ebox/messages"), 401, "noAccessToken")
	c.login()
	check(c.get("/v3/ebox/messages?colour=1"), 400, "badRequest")
	check(c.get("/v3/ebox/messages/none"), 404, "resourceNotFound")
	check(c.get("/v3/ebox"), 404, "resourceNotFound")
	check(c.do("POST", "/v3/ebox/messages", ""), 405, "")
	for trouble, kind := range map[string]string{"401": "invalidAccessToken", "403": "missingScope", "404": "resourceNotFound", "413": "payloadTooLarge", "429": "tooManyRequests", "500": "internalServerError", "503": "serviceUnavailable"} {
		c.control("/trouble", trouble+"@/v3/ebox")
		var status int
		_, _ = fmt.Sscan(trouble, &status)
		check(c.get("/v3/ebox/messages"), status, kind)
		if a := c.get("/v2/ebox"); a.status != 200 {
			t.Errorf("%s struck elsewhere: %d", trouble, a.status)
		}
	}
}

// Of 3.x no contract is published: what is told of it, and nothing of 2.1 beside it.
func TestEBoxThreeNames(t *testing.T) {
	c := startEBox(t)
	c.login()
	m := c.get("/v3/ebox/messages/EBX-2001").json(t)
	for _, name := range strings.Fields("isRead isVisible isRegisteredMail isBodyMainContent isReplyAuthorized sender partition") {
		if _, there := m[name]; !there {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range strings.Fields("readStatus visible registeredMail bodyMainContent replyAuthorized senderOrganizationId") {
		if _, there := m[name]; there {
			t.Errorf("%s is there", name)
		}
	}
	person := m["forTheAttentionOf"].(object)
	if person["ssin"] == nil || person["label"] == nil || person["name"] != nil {
		t.Errorf("%v", person)
	}
	if ids, _ := c.ids("/v3/ebox/messages?partition=HR"); len(ids) != 1 || ids[0] != "EBX-2001" {
		t.Errorf("%v", ids)
	}
	for path, n := range map[string]int{"isRead=false": 8, "isReadStatus=false": 8, "isRegisteredMail=true": 1, "senderEnterpriseNumber=" + fromTax: 1, "partition=GENERAL": 12} {
		if _, total := c.ids("/v3/ebox/messages?" + path); total != n {
			t.Errorf("%s: %d", path, total)
		}
	}
}
