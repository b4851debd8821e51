// Brevdue sends letters through Digipost for offices with an Excel list and a
// deadline: in a window, or by the same work as a command.
package main

import (
	"context"
	"os"

	"brevdue/app"
)

func main() {
	os.Exit(app.Main(context.Background(), os.Args[1:]))
}
