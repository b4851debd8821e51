package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

const (
	logFile = "brevdue.log"
	// maxLog is the size in bytes at which the log starts anew; one older one is
	// kept.
	maxLog = 1 << 20
)

// logWriter writes to the log of a data folder once the folder is known, and
// nowhere before that: a command that needs no data must make no folder. Where
// the log cannot be written there is none: a program must not fail because of
// its log.
type logWriter struct {
	mutex  sync.Mutex
	folder string
	file   *os.File
}

// newLog gives a log and where it goes. It holds codes, ids of ours and counts;
// never names, numbers or secrets.
func newLog() (*slog.Logger, *logWriter) {
	writer := &logWriter{}
	return slog.New(slog.NewTextHandler(writer, nil)), writer
}

// in says which data folder the log is in.
func (l *logWriter) in(folder string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.folder = folder
}

// Write adds a line.
func (l *logWriter) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.file == nil && l.folder != "" {
		l.open()
	}
	if l.file == nil {
		return len(line), nil
	}
	return l.file.Write(line)
}

func (l *logWriter) open() {
	path := filepath.Join(l.folder, logFile)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".old") // a log that cannot be turned over just grows
	}
	if file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
		l.file = file
	}
}

func (l *logWriter) close() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}
