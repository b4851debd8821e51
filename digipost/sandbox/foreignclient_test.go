package sandbox_test

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// link gives the address of a relation: Java keeps its path only and puts that
// on the address it was set up with.
func (f *foreign) link(rel string) string {
	f.t.Helper()
	address, known := f.rels[rel]
	if !known {
		f.t.Fatalf("the root has no %s", rel)
	}
	if !f.java {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.base + u.Path
}

// do sends a request without tricks and judges the answer.
func (f *foreign) do(method, address, contentType, body string) wire {
	f.t.Helper()
	return f.judge(address, f.exchange(address, f.request(method, address, contentType, body, func(s string) string { return s })))
}

// request writes a request as the client does: order and names of headers, what
// is signed. spoil changes the string to sign.
func (f *foreign) request(method, address, contentType, body string, spoil func(string) string) string {
	f.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		f.t.Fatal(err)
	}
	date := time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
	sum := sha256.Sum256([]byte(body))
	hash, hashLine := base64.StdEncoding.EncodeToString(sum[:]), ""
	if body != "" {
		hashLine = "x-content-sha256: " + hash + "\n"
	}
	path := u.EscapedPath()
	if f.java {
		path = u.Path // since 2025 this client signs the decoded path
	}
	signature := f.sign(spoil(method + "\n" + strings.ToLower(path) + "\ndate: " + date + "\n" + hashLine +
		"x-digipost-userid: 1000\n" + strings.ToLower(u.RawQuery) + "\n"))
	headers := f.netHeaders
	if f.java {
		headers = f.javaHeaders
	}
	return method + " " + u.RequestURI() + " HTTP/1.1\r\n" + strings.Join(headers(signed{method, u.Host, date, hash, signature, contentType, body}), "\r\n") + "\r\n\r\n" + body
}

// signed is a request that has its signature.
type signed struct{ method, host, date, hash, signature, contentType, body string }

// javaHeaders are those of Apache's HttpClient 5 with the client's interceptors.
func (f *foreign) javaHeaders(s signed) []string {
	h := []string{"Accept: " + foreignXML}
	multipart := strings.HasPrefix(s.contentType, "multipart/")
	switch {
	case multipart:
		h = append(h, "MIME-Version: 1.0")
	case s.contentType != "":
		h = append(h, "Content-Type: "+s.contentType)
	}
	h = append(h, "X-Digipost-UserId: 1000", "Accept-Encoding: gzip, x-gzip, deflate")
	if s.body != "" || s.method == "POST" {
		h = append(h, "Content-Length: "+strconv.Itoa(len(s.body)))
	}
	if multipart {
		h = append(h, "Content-Type: "+s.contentType)
	}
	h = append(h, "Host: "+s.host, "Connection: keep-alive, Upgrade", "Upgrade: TLS/1.2", "Date: "+s.date, "User-Agent: digipost-api-client-java/17.0")
	if s.body != "" {
		h = append(h, "X-Content-SHA256: "+s.hash)
	}
	return append(h, "X-Digipost-Signature: "+s.signature)
}

// netHeaders are those of HttpClient with the client's AuthenticationHandler.
func (f *foreign) netHeaders(s signed) []string {
	h := []string{"Host: " + s.host, "X-Digipost-UserId: 1000", "Date: " + s.date, "Accept: " + foreignXML, "User-Agent: digipost-api-client-dotnet/14.0.0.0 (netcore/8.0)"}
	if s.body != "" {
		h = append(h, "X-Content-SHA256: "+s.hash)
	}
	h = append(h, "X-Digipost-Signature: "+s.signature, "Accept-Encoding: gzip, deflate")
	switch {
	case s.body != "":
		h = append(h, "Content-Type: "+s.contentType, "Content-Length: "+strconv.Itoa(len(s.body)))
	case s.method == "POST":
		h = append(h, "Content-Length: 0")
	}
	return h
}

func (f *foreign) sign(text string) string {
	f.t.Helper()
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, f.key, crypto.SHA256, sum[:])
	if err != nil {
		f.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// exchange sends the bytes and reads one answer of known length.
func (f *foreign) exchange(address, request string) wire {
	f.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		f.t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 10*time.Second)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		f.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	var w wire
	for first := true; ; first = false {
		line, err := in.ReadString('\n')
		if err != nil {
			f.t.Fatalf("read an answer: %v", err)
		}
		line = strings.TrimRight(line, "\r\n")
		if first {
			if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &w.status); err != nil {
				f.t.Fatalf("%q: %v", line, err)
			}
			continue
		}
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ": ")
		w.headers = append(w.headers, [2]string{name, value})
	}
	length, err := strconv.Atoi(w.header("Content-Length"))
	if err != nil {
		f.t.Fatalf("an answer without its length: %v", w.headers)
	}
	w.body = make([]byte, length)
	if _, err := io.ReadFull(in, w.body); err != nil {
		f.t.Fatal(err)
	}
	return w
}

// judge checks an answer, whatever its status, as the Java client's interceptors
// do; .NET checks nothing, but may be sent nothing worse. The first root comes
// before the certificate is known.
func (f *foreign) judge(address string, w wire) wire {
	f.t.Helper()
	date, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", w.header("Date"))
	if err != nil || time.Since(date).Abs() > 5*time.Minute {
		f.t.Fatalf("%s: Date %q", address, w.header("Date"))
	}
	if len(w.body) > 0 {
		sum := sha256.Sum256(w.body)
		if w.header("X-Content-SHA256") != base64.StdEncoding.EncodeToString(sum[:]) {
			f.t.Fatalf("%s: %d: hash of the body: %v", address, w.status, w.headers)
		}
	}
	if f.cert == nil {
		return w
	}
	u, err := url.Parse(address)
	if err != nil {
		f.t.Fatal(err)
	}
	text := strconv.Itoa(w.status) + "\n" + strings.ToLower(u.EscapedPath()) + "\n"
	sorted := slices.Clone(w.headers) // by the names as they were sent, as Java's map does
	slices.SortFunc(sorted, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	for _, h := range sorted {
		switch name := strings.ToLower(h[0]); name {
		case "content-md5", "date", "x-content-sha256", "x-digipost-userid":
			text += name + ": " + h[1] + "\n"
		}
	}
	signature, err := base64.StdEncoding.DecodeString(w.header("X-Digipost-Signature"))
	if err != nil {
		f.t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(f.cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], signature); err != nil {
		f.t.Fatalf("%s: %d: signature: %v", address, w.status, err)
	}
	return w
}

// document writes an XML document as the client's own writer does.
func (f *foreign) document(root, attrs, inner string) string {
	head, namespaces := `<?xml version="1.0" encoding="utf-8"?>`, `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"`
	if f.java {
		head, namespaces = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`, `xmlns:ns2="http://api.digipost.no/schema/datatypes"`
	}
	return head + "<" + root + attrs + ` xmlns="http://api.digipost.no/schema/v8" ` + namespaces + ">" + inner + "</" + root + ">"
}

// letter sends a text with one attachment. .NET always names the sender and the
// levels, Java leaves out what was not asked for.
func (f *foreign) letter(recipient, more string, uuids ...string) wire {
	f.t.Helper()
	sender, levels := "<sender-id>1000</sender-id>", "<authentication-level>PASSWORD</authentication-level><sensitivity-level>NORMAL</sensitivity-level>"
	if f.java {
		sender, levels = "", ""
	}
	docs := ""
	for i, uuid := range uuids {
		name := "attachment"
		if i == 0 {
			name = "primary-document"
		}
		docs += "<" + name + "><uuid>" + uuid + "</uuid><subject>Blåbær</subject><file-type>txt</file-type>" + levels + "</" + name + ">"
	}
	message := f.document("message", "", "<message-id>"+newUUID()+"</message-id>"+sender+"<recipient>"+recipient+"</recipient>"+docs+more)
	return f.do("POST", f.link("CREATE_MESSAGE"), f.multipartType(), f.multipart(message, uuids))
}

const netBoundary, javaBoundary = "0f8fad5b-d9cb-469f-a165-70867728950e", "httpclient_boundary_7c9e6679-7425-40de-944b-e07fc1f90ae7"

func (f *foreign) multipartType() string {
	if f.java {
		return "multipart/vnd.digipost-v8+xml; boundary=" + javaBoundary
	}
	return "multipart/vnd.digipost-v8+xml; boundary=" + netBoundary
}

// multipart writes the body: Java puts the disposition first, quotes every
// filename and names a type after the file; .NET does none of that.
func (f *foreign) multipart(message string, uuids []string) string {
	const content = "Hoveddokument sendt fra DP-API-klient."
	var b strings.Builder
	if f.java {
		b.WriteString("--" + javaBoundary + "\r\nContent-Disposition: attachment; filename=\"message\"\r\nContent-Type: " + foreignXML + "; charset=UTF-8\r\n\r\n" + message + "\r\n")
		for _, uuid := range uuids {
			b.WriteString("--" + javaBoundary + "\r\nContent-Disposition: attachment; filename=\"" + uuid + "\"\r\nContent-Type: application/txt\r\n\r\n" + content + "\r\n")
		}
		return b.String() + "--" + javaBoundary + "--\r\n"
	}
	b.WriteString("--" + netBoundary + "\r\nContent-Type: " + foreignXML + "\r\nContent-Disposition: attachment; filename=\"message\"\r\n\r\n" + message)
	for _, uuid := range uuids {
		b.WriteString("\r\n--" + netBoundary + "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + uuid + "\r\n\r\n" + content)
	}
	return b.String() + "\r\n--" + netBoundary + "--\r\n"
}
