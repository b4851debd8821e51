package ebox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"go.yaml.in/yaml/v3"
)

// contractFile finds a published contract beside the project.
func contractFile(t testing.TB, name string) []byte {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if above := filepath.Dir(folder); above != folder {
			folder = above
			continue
		}
		t.Fatal("no go.mod above the test's folder")
	}
	file, err := os.ReadFile(filepath.Join(filepath.Dir(folder), "shared", "schemas", "ebox", name))
	switch {
	case err == nil:
	case os.Getenv("REQUIRE_SHARED") == "1":
		t.Fatal(err)
	default:
		t.Skip("the contract is not here: ", name)
	}
	return file
}

// contract is an OpenAPI document that requests and answers are held against.
type contract struct {
	router routers.Router
	base   string
}

func readContract(t testing.TB, name, base string) contract {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(contractFile(t, name), &tree); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(jsonTree(tree))
	if err != nil {
		t.Fatal(err)
	}
	var old openapi2.T
	if err := json.Unmarshal(text, &old); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: strings.TrimRight(base, "/")}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.DisableSchemaPatternValidation())
	if err != nil {
		t.Fatal(err)
	}
	return contract{router, base}
}

// jsonTree makes maps with text keys of maps with keys of any kind.
func jsonTree(node any) any {
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			n[key] = jsonTree(value)
		}
	case map[any]any:
		out := map[string]any{}
		for key, value := range n {
			out[fmt.Sprint(key)] = jsonTree(value)
		}
		return out
	case []any:
		for i, value := range n {
			n[i] = jsonTree(value)
		}
	}
	return node
}

// judge is a transport that holds everything that passes against contracts.
// What belongs to none of them is not judged.
type judge struct {
	t         testing.TB
	through   http.RoundTripper
	contracts []contract
	// lenient says that the answers break the contract on purpose.
	lenient bool

	mu     sync.Mutex
	judged map[string]int // by method and route
}

func (j *judge) RoundTrip(request *http.Request) (*http.Response, error) {
	var sent []byte
	if request.Body != nil {
		sent, _ = io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(sent))
	}
	response, err := j.through.RoundTrip(request)
	for _, c := range j.contracts {
		if !strings.HasPrefix(request.URL.String(), c.base) || err != nil {
			continue
		}
		j.hold(c, request, sent, response)
	}
	return response, err
}

func (j *judge) hold(c contract, request *http.Request, sent []byte, response *http.Response) {
	j.t.Helper()
	copied := request.Clone(context.Background())
	copied.Body = io.NopCloser(bytes.NewReader(sent))
	route, parameters, err := c.router.FindRoute(copied)
	if err != nil {
		j.t.Errorf("%s %s: %v", request.Method, request.URL.Path, err)
		return
	}
	j.mu.Lock()
	j.judged[request.Method+" "+route.Path]++
	j.mu.Unlock()
	for name, value := range parameters {
		if plain, err := url.PathUnescape(value); err == nil {
			parameters[name] = plain
		}
	}
	in := &openapi3filter.RequestValidationInput{Request: copied, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
		j.t.Errorf("%s %s breaks the contract: %v", request.Method, request.URL, err)
	}
	j.extras(route, request.URL.Query())
	if j.lenient || response.StatusCode != http.StatusOK || strings.HasSuffix(request.URL.Path, "/content") {
		return
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		j.t.Errorf("%s: %v", request.URL.Path, err)
		return
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: response.StatusCode, Header: response.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: in.Options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		j.t.Errorf("the answer to %s breaks the contract: %v", request.URL, err)
	}
}

// extras catches parameters that the contract does not have, which the
// validator lets pass.
func (j *judge) extras(route *routers.Route, query url.Values) {
	for name := range query {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil {
			j.t.Errorf("%s has no parameter %s", route.Path, name)
		}
	}
}

func init() {
	openapi3filter.RegisterBodyDecoder("application/merge-patch+json", openapi3filter.RegisteredBodyDecoder("application/json"))
}
