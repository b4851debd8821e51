package sandbox

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// errNoLogin says no more than SSH does: permission denied.
var errNoLogin = errors.New("unknown user or key")

// connSet are the open connections, to close them all at the end.
type connSet struct {
	mu     sync.Mutex
	open   map[io.Closer]bool
	closed bool
}

// add takes a connection in; false if everything is being closed.
func (c *connSet) add(conn io.Closer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if c.open == nil {
		c.open = map[io.Closer]bool{}
	}
	c.open[conn] = true
	return true
}

func (c *connSet) remove(conn io.Closer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
}

func (c *connSet) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		_ = conn.Close()
	}
}

// sshConfig is made for every connection, since trouble may change the host key.
func (s *Server) sshConfig() (*ssh.ServerConfig, error) {
	conf := &ssh.ServerConfig{
		ServerVersion: "SSH-2.0-Oevelse",
		MaxAuthTries:  6,
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if meta.User() != sftpUser || !s.id.known(key) {
				return nil, errNoLogin
			}
			return nil, nil
		},
	}
	host := s.id.host
	if _, hit := s.trouble.strikes("host_key", "/"); hit {
		var err error
		if host, err = s.id.otherHost(); err != nil {
			return nil, err
		}
	}
	conf.AddHostKey(host)
	return conf, nil
}

// serveSFTP accepts connections until the listener is closed.
func (s *Server) serveSFTP(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if s.ctx.Err() == nil {
				s.fail(err)
			}
			return
		}
		if !s.conns.add(conn) {
			_ = conn.Close()
			return
		}
		s.wg.Go(func() {
			defer s.conns.remove(conn)
			defer conn.Close()
			s.serveSSH(conn)
		})
	}
}

// serveSSH speaks SSH on one connection: public key login, then sessions with
// the subsystem sftp and nothing else.
func (s *Server) serveSSH(conn net.Conn) {
	conf, err := s.sshConfig()
	if err != nil {
		s.cfg.Log("ssh: %v", err)
		return
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	session, channels, requests, err := ssh.NewServerConn(conn, conf)
	if err != nil {
		return // no login; the client has heard so
	}
	_ = conn.SetDeadline(time.Time{})
	defer session.Close()
	go ssh.DiscardRequests(requests)
	var open sync.WaitGroup
	for ch := range channels {
		if ch.ChannelType() != "session" {
			_ = ch.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, asks, err := ch.Accept()
		if err != nil {
			break
		}
		open.Go(func() { s.serveChannel(session, channel, asks) })
	}
	open.Wait()
}

// serveChannel waits for the request of the sftp subsystem and serves it.
func (s *Server) serveChannel(session io.Closer, channel ssh.Channel, asks <-chan *ssh.Request) {
	defer channel.Close()
	for ask := range asks {
		isSFTP := ask.Type == "subsystem" && len(ask.Payload) > 4 && string(ask.Payload[4:]) == "sftp"
		_ = ask.Reply(isSFTP, nil)
		if !isSFTP {
			continue
		}
		go ssh.DiscardRequests(asks)
		files := &jail{s: s, session: session}
		server := sftp.NewRequestServer(channel, sftp.Handlers{FileGet: files, FilePut: files, FileCmd: files, FileList: files})
		if err := server.Serve(); err != nil && !errors.Is(err, io.EOF) {
			s.cfg.Log("sftp: connection lost")
		}
		_ = server.Close()
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
		return
	}
}
