package batch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// ed25519Key is a fresh key; making one is quick.
func ed25519Key(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

var madeKey = sync.OnceValues(MakePrivateKey)

func TestMakePrivateKey(t *testing.T) {
	file, err := madeKey()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ReadPrivateKey(file, "not needed")
	if err != nil {
		t.Fatal(err)
	}
	line := PublicLine(signer, "Brevdue\nssh-rsa evil")
	public, comment, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || comment != "Brevdue ssh-rsa evil" || len(rest) != 0 || strings.Contains(line, "\n") {
		t.Fatalf("%q: %q, %v", line, comment, err)
	}
	if Fingerprint(public) != Fingerprint(signer.PublicKey()) || !strings.HasPrefix(Fingerprint(public), "SHA256:") {
		t.Error(Fingerprint(public))
	}
	bits := public.(ssh.CryptoPublicKey).CryptoPublicKey().(*rsa.PublicKey).N.BitLen()
	if bits != 3072 || public.Type() != "ssh-rsa" {
		t.Errorf("%s of %d bits", public.Type(), bits)
	}
	if strings.HasSuffix(PublicLine(signer, ""), " ") {
		t.Error("a blank at the end")
	}
}

// TestReadForeignKeys reads what ssh-keygen and openssl write.
func TestReadForeignKeys(t *testing.T) {
	keygen, openssl := program(t, "ssh-keygen"), program(t, "openssl")
	const right = "hemmelig æøå 1"
	for name, command := range map[string]string{
		"openssh rsa":       keygen + " -q -t rsa -b 2048 -N PASS -f OUT",
		"openssh ecdsa":     keygen + " -q -t ecdsa -b 384 -N PASS -f OUT",
		"openssh ed25519":   keygen + " -q -t ed25519 -N PASS -f OUT",
		"openssh pem rsa":   keygen + " -q -t rsa -b 2048 -m PEM -N PASS -f OUT",
		"openssh pkcs8 rsa": keygen + " -q -t rsa -b 2048 -m PKCS8 -N PASS -f OUT",
		"openssl aes128":    openssl + " genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -aes128 -pass PASS -out OUT",
		"openssl aes256":    openssl + " genpkey -quiet -algorithm ED25519 -aes256 -pass PASS -out OUT",
		"openssl 3des":      openssl + " genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -des3 -pass PASS -out OUT",
		"openssl old rsa":   openssl + " genrsa -traditional -aes192 -passout PASS -out OUT 2048",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "key")
			words := strings.Fields(command)
			for i, word := range words {
				switch {
				case word == "OUT":
					words[i] = out
				case word == "PASS" && words[0] == openssl:
					words[i] = "pass:" + right
				case word == "PASS":
					words[i] = right
				}
			}
			if message, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, message)
			}
			file, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			signer, err := ReadPrivateKey(file, right)
			if err != nil {
				t.Fatal(err)
			}
			if signature, err := signer.Sign(rand.Reader, []byte("x")); err != nil || signer.PublicKey().Verify([]byte("x"), signature) != nil {
				t.Errorf("the key does not sign: %v", err)
			}
			for _, wrong := range []string{"", "feil"} {
				if _, err := ReadPrivateKey(file, wrong); !errors.Is(err, ErrPassphrase) {
					t.Errorf("pass phrase %q: %v", wrong, err)
				}
			}
			// A file saved on Windows, with a word before the key.
			windows := byteOrderMark + strings.ReplaceAll(string(file), "\n", "\r\n")
			if _, err := ReadPrivateKey([]byte(windows), right); err != nil {
				t.Errorf("with CRLF: %v", err)
			}
			if public, err := os.ReadFile(out + ".pub"); err == nil {
				if fields := strings.Fields(string(public)); !strings.HasPrefix(PublicLine(signer, ""), fields[0]+" "+fields[1]) {
					t.Error("another public key than ssh-keygen's")
				}
				if _, err := ReadPrivateKey(public, right); !errors.Is(err, ErrKeyFile) {
					t.Errorf("the public key: %v", err)
				}
			}
		})
	}
}

func pemFile(t testing.TB, kind string, der []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestReadPrivateKeyForms(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(curve)
	sec1 := pemFile(t, "EC PRIVATE KEY", der, err)
	parameters := pemFile(t, "EC PARAMETERS", []byte{6, 5, 43, 129, 4, 0, 35}, nil)
	if _, err := ReadPrivateKey(append(parameters, sec1...), ""); err != nil {
		t.Errorf("SEC 1 with parameters: %v", err)
	}

	odd, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	oddDER, err := x509.MarshalPKCS8PrivateKey(odd)
	weak, weakErr := rsa.GenerateKey(rand.Reader, 1024)
	if weakErr != nil {
		t.Fatal(weakErr)
	}
	for name, file := range map[string][]byte{
		"nothing":     nil,
		"text":        []byte("hello"),
		"putty":       []byte("PuTTY-User-Key-File-3: ssh-rsa\n"),
		"too large":   bytes.Repeat([]byte("a"), maxKeyFile+1),
		"certificate": pemFile(t, "CERTIFICATE", []byte{1}, nil),
		"empty block": pemFile(t, "PRIVATE KEY", nil, nil),
		"garbage":     pemFile(t, "OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00\x00\x00"), nil),
		"locked junk": pemFile(t, "ENCRYPTED PRIVATE KEY", []byte{0x30, 0}, nil),
		"odd curve":   pemFile(t, "PRIVATE KEY", oddDER, err),
		"weak":        pemFile(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak), nil),
		"cut":         sec1[:len(sec1)/2],
		"dsa":         dsaFile(t),
	} {
		if _, err := ReadPrivateKey(file, "x"); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// dsaFile is a key of the right form; its numbers mean nothing.
func dsaFile(t *testing.T) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct{ Version, P, Q, G, Y, X int }{0, 7, 3, 2, 4, 2})
	return pemFile(t, "DSA PRIVATE KEY", der, err)
}

func FuzzReadPrivateKey(f *testing.F) {
	key := ed25519Key(f)
	f.Add([]byte(PublicLine(key, "")), "")
	_, raw, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, phrase := range []string{"", "x"} {
		var block *pem.Block
		if block, err = ssh.MarshalPrivateKey(raw, ""); phrase != "" {
			block, err = ssh.MarshalPrivateKeyWithPassphrase(raw, "", []byte(phrase))
		}
		if err != nil {
			f.Fatal(err)
		}
		f.Add(pem.EncodeToMemory(block), phrase)
	}
	der, err := x509.MarshalPKCS8PrivateKey(raw)
	f.Add(pemFile(f, "PRIVATE KEY", der, err), "")
	f.Add(pemFile(f, "ENCRYPTED PRIVATE KEY", pbes2Sample(f), nil), "x")
	f.Fuzz(func(t *testing.T, file []byte, passphrase string) {
		signer, err := ReadPrivateKey(file, passphrase)
		if (signer == nil) == (err == nil) || err != nil && !errors.Is(err, ErrKeyFile) && !errors.Is(err, ErrPassphrase) {
			t.Fatalf("%v, %v", signer, err)
		}
	})
}

func FuzzOpenPKCS8(f *testing.F) {
	f.Add(pbes2Sample(f), "x")
	f.Fuzz(func(t *testing.T, der []byte, passphrase string) {
		if key, err := openPKCS8(der, passphrase); (key == nil) == (err == nil) {
			t.Fatalf("%v, %v", key, err)
		}
	})
}

// pbes2Sample is a throw-away key that openssl pkcs8 locked with the pass
// phrase x.
func pbes2Sample(f *testing.F) []byte {
	f.Helper()
	der, err := base64.StdEncoding.DecodeString("MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAiUW3Q+n2ihCAIBCjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQHHITi8sILmA38wITOyyf" +
		"/QRAH8IlocPpXKpr88MOW5cgbHJj87ZGib+TSgJGYd/pBkfOx70yB19agOO/hujF4LN6wXLOPeonwW+wMaPpXILPvg==")
	if err != nil {
		f.Fatal(err)
	}
	return der
}
