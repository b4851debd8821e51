package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Ready is the ready line: everything a client needs to use the stand-in.
// Marshalled to JSON it is one line.
type Ready struct {
	REST                string `json:"rest"`          // base address of the sender API
	SFTP                string `json:"sftp"`          // host:port
	SFTPHostKey         string `json:"sftp_host_key"` // SHA256:... as ssh-keygen -l prints it
	SFTPUser            string `json:"sftp_user"`
	SFTPKeyFile         string `json:"sftp_key_file"` // private key, no pass phrase
	Signup              string `json:"signup"`        // address of the registration page
	Control             string `json:"control"`       // state, jobs, trouble, clock
	EBoxToken           string `json:"ebox_token"`    // token server of the e-Box
	EBoxRegistry        string `json:"ebox_registry"` // its provider registry
	EBoxClientID        string `json:"ebox_client_id"`
	EBoxKeyFile         string `json:"ebox_key_file"`         // private key, PEM
	EBoxCertificateFile string `json:"ebox_certificate_file"` // its certificate, PEM
	EBoxEnterprise      string `json:"ebox_enterprise"`       // KBO number of the e-Box's owner
	SenderID            string `json:"sender_id"`
	PartnerID           string `json:"partner_id"`
	OrganisationNumber  string `json:"organisation_number"`
	CertificateFile     string `json:"certificate_file"` // PKCS#12
	CertificatePassword string `json:"certificate_password"`
	PeopleFile          string `json:"people_file"`
}

func (s *Server) describe(sftp, control string) Ready {
	return Ready{
		REST: s.base, SFTP: sftp, SFTPHostKey: s.id.hostFingerprint(),
		SFTPUser: sftpUser, SFTPKeyFile: s.dir.path("sftp_key"),
		Signup: s.signup + signupPath, Control: control,
		EBoxToken: s.ebox.base + "/token", EBoxRegistry: s.ebox.base + "/registry", EBoxClientID: eboxClientID,
		EBoxKeyFile: s.dir.path(eboxKeyFile), EBoxCertificateFile: s.dir.path(eboxCertificateFile), EBoxEnterprise: eboxEnterprise,
		SenderID: strconv.Itoa(senderID), PartnerID: strconv.Itoa(partnerID),
		OrganisationNumber: organisationNumber,
		CertificateFile:    s.dir.path("sender.p12"), CertificatePassword: s.id.password,
		PeopleFile: s.dir.path("people.csv"),
	}
}

// save writes ready.json, readable for this user only since it holds a pass phrase.
func (r Ready) save(dir folder) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write ready.json: %w", err)
	}
	return dir.write("ready.json", append(data, '\n'))
}
