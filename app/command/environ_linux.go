package command

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
)

// mostEnvironment bounds the environment that is looked through, in bytes: the
// system gives a program no larger one.
const mostEnvironment = 8 << 20

// wipe overwrites the values of variables in the block that the program was
// started with. Taking a variable out changes the program's own copy only; the
// system goes on showing the block to the same user, in /proc/PID/environ. Where
// that cannot be written, it stays as it is.
func wipe(names []string) {
	start, end, found := environmentBlock()
	if !found || end-start > mostEnvironment {
		return
	}
	memory, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer memory.Close()
	block := make([]byte, end-start)
	if _, err := memory.ReadAt(block, start); err != nil {
		return
	}
	at := start
	for entry := range bytes.SplitSeq(block, []byte{0}) {
		name, value, _ := bytes.Cut(entry, []byte{'='})
		if len(value) > 0 && slices.Contains(names, string(name)) {
			_, _ = memory.WriteAt(make([]byte, len(value)), at+int64(len(name))+1)
		}
		at += int64(len(entry)) + 1
	}
}

// environmentBlock is where that block lies: the fields env_start and env_end of
// proc_pid_stat(5), 50 and 51. The name of the program, the second, is in
// parentheses and may hold anything.
func environmentBlock() (start, end int64, found bool) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, 0, false
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
	if len(fields) < 49 {
		return 0, 0, false
	}
	start, errStart := strconv.ParseInt(fields[47], 10, 64)
	end, errEnd := strconv.ParseInt(fields[48], 10, 64)
	return start, end, errStart == nil && errEnd == nil && start > 0 && end > start
}
